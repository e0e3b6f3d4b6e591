package io.datahub.api.user;

import java.util.Locale;

/** What a grant can allow. */
public enum Action {
    /** Publish events whose topic begins with the grant's prefix. */
    PUBLISH,
    /** Receive events whose topic begins with the grant's prefix. */
    SUBSCRIBE,
    /** Read records, see them in listings and hear of their changes. */
    READ,
    /** Make new records, but replace or delete none. */
    CREATE,
    /** Create, replace and delete records. */
    WRITE;

    /** The word for it in the users file. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it is about paths, and not about topics. */
    public boolean ofPaths() {
        return this == READ || this == CREATE || this == WRITE;
    }
}
