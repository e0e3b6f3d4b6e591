/** Webhooks in both directions: deliveries of other systems as events, and events as deliveries to other systems. */
@Export
@Version("0.9.0")
package io.datahub.api.hook;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
