/** Records: persistent files, their versions, and the journal of their changes. */
@Export
@Version("0.9.0")
package io.datahub.api.record;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
