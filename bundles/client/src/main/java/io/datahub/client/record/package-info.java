/**
 * Records from Java: {@link io.datahub.client.record.RecordClient} uploads, downloads and watches them over HTTP. Depends
 * on the JDK and on Jackson's parser, but on no other module of the hub.
 */
@Export
@Version("0.9.0")
package io.datahub.client.record;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
