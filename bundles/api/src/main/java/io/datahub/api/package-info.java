/** What every part of the hub shares: its home on disk, results and refusals. */
@Export
@Version("1.1.0")
package io.datahub.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
