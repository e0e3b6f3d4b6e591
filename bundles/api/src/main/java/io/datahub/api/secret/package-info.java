/** Passwords, keys and certificates that the hub uses towards other servers. */
@Export
@Version("0.9.0")
package io.datahub.api.secret;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
