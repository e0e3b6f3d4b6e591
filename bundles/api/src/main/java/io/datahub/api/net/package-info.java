/** IP addresses, and the PROXY protocol. */
@Export
@Version("0.9.0")
package io.datahub.api.net;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
