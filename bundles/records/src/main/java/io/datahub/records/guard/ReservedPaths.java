package io.datahub.records.guard;

import io.datahub.api.path.RecordPath;

/** The paths that no record may have, since a store on disk stages its files there if it has to. */
public final class ReservedPaths {

    /** The name of the reserved directory. */
    public static final String NAME = ".datahub-staging";

    private ReservedPaths() {}

    /** Whether the path is the reserved directory or below it. */
    public static boolean contain(RecordPath path) {
        String text = path.toString();
        return text.startsWith(NAME) && (text.length() == NAME.length() || text.charAt(NAME.length()) == '/');
    }
}
