/** Escaping and rate limiting of log lines with untrusted content. */
@Export
@Version("0.9.0")
package io.datahub.api.log;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
