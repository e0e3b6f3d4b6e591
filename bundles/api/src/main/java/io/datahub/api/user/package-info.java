/** Users, authentication and grants. */
@Export
@Version("0.9.0")
package io.datahub.api.user;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
