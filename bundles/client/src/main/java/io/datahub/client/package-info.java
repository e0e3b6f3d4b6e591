/**
 * A client of the hub: {@link io.datahub.client.HubClient} publishes and subscribes over ZeroMQ. Depends on JeroMQ, but
 * on no other module of the hub.
 */
@Export
@Version("0.9.0")
package io.datahub.client;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
