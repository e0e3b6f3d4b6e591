package io.datahub.api.user;

import java.util.Locale;

/** The actions that a grant can allow. */
public enum Action {
    /** Publish events whose topic begins with the grant's prefix. */
    PUBLISH,
    /** Receive events whose topic begins with the grant's prefix. */
    SUBSCRIBE,
    /** Read records, see them in listings and receive events of their changes. */
    READ,
    /** Create new records, but not replace or delete any. */
    CREATE,
    /** Create, replace and delete records. */
    WRITE;

    /**
     * Its name in the users file.
     *
     * @return the name
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Whether it applies to paths rather than topics.
     *
     * @return whether it does
     */
    public boolean ofPaths() {
        return this == READ || this == CREATE || this == WRITE;
    }
}
