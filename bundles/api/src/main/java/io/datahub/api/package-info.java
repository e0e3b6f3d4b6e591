/** What all components of the hub share: the home directory, results and refusals. */
@Export
@Version("0.9.0")
package io.datahub.api;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
