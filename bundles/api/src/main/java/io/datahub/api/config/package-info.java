/** What is wrong with the hub's configuration files. */
@Export
@Version("0.9.0")
package io.datahub.api.config;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
