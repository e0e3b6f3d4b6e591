/** What may be written to logs of what others sent, and how often. */
@Export
@Version("1.0.0")
package io.datahub.api.log;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
