/** Validation of records and events before they are accepted. */
@Export
@Version("0.9.0")
package io.datahub.api.validation;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
