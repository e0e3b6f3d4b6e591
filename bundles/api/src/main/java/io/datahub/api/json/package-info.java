/** Writing JSON, and reporting what is wrong with JSON that was received. */
@Export
@Version("0.9.0")
package io.datahub.api.json;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
