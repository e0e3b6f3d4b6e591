/**
 * A client of the hub: {@link io.datahub.client.HubClient} publishes and subscribes over ZeroMQ. It depends on JeroMQ and
 * on nothing of the hub.
 */
@Export
@Version("1.0.0")
package io.datahub.client;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
