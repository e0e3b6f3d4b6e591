/**
 * The hub's own disk: what other programs on its machine see and do there. Not every store keeps its records there.
 */
@Export
@Version("0.9.0")
package io.datahub.api.disk;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
