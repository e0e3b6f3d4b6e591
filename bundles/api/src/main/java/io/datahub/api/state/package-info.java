/** Small durable state of adapters, such as cursors and the identifiers of deliveries. */
@Export
@Version("0.9.0")
package io.datahub.api.state;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
