/**
 * Files on the disk of this hub, for components that keep some of their own: replacing one atomically, flushing it,
 * and telling whether it has changed. Nothing here concerns records, which may be stored elsewhere.
 */
@Export(substitution = Export.Substitution.NOIMPORT)
@Version("0.9.0")
package io.datahub.api.file;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
