/** Metrics of the hub's components. */
@Export
@Version("0.9.0")
package io.datahub.api.metric;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
