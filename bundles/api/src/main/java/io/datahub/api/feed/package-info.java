/** Feeds that begin in the past: kept events from the history first, then live events. */
@Export
@Version("0.9.0")
package io.datahub.api.feed;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
