/** Events, and the sessions that publish and receive them. */
@Export
@Version("0.9.0")
package io.datahub.api.event;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
