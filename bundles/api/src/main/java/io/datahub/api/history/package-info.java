/** The events that the hub keeps, under one numbering. */
@Export
@Version("0.9.0")
package io.datahub.api.history;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
