/** Metrics of the hub's components. */
@Export
@Version("1.0.0")
package io.datahub.api.metric;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
