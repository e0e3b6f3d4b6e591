/** How bundles add handlers to the hub's HTTP server. */
@Export
@Version("0.9.0")
package io.datahub.api.http;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
