/** Paths of records, which users, validators and the store have in common. */
@Export
@Version("0.9.0")
package io.datahub.api.path;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
