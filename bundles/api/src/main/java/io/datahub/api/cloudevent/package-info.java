/** CloudEvents 1.0.2: parsing in binary, structured and batch mode, with the same refusals on every transport. */
@Export
@Version("0.9.0")
package io.datahub.api.cloudevent;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
