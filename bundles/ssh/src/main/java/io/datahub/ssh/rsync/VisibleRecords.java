package io.datahub.ssh.rsync;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.Optional;

/** The records and directories that a user may see. */
final class VisibleRecords {

    private static final int PAGE = 1_000;

    private final RecordStore store;
    private final User user;

    VisibleRecords(RecordStore store, User user) {
        this.store = store;
        this.user = user;
    }

    /** Receives what is in a directory. */
    interface Visitor {

        /**
         * Called for each entry, a directory before its own entries.
         *
         * @return whether to go on
         */
        boolean visit(RecordPath path, Listing.Entry entry) throws IOException;
    }

    User user() {
        return user;
    }

    RecordStore store() {
        return store;
    }

    /** What is at a path: empty if there is nothing, or nothing that the user may see. */
    Optional<Listing.Entry> at(RecordPath path) throws IOException {
        Result<Listing.Entry> entry = store.stat(user, path);
        return entry.isRefused() ? Optional.empty() : Optional.of(entry.get());
    }

    /**
     * Visits what is in a directory.
     *
     * @param recursive whether that of its directories, too
     * @return whether the visitor has always gone on
     */
    boolean visit(RecordPath directory, boolean recursive, Visitor visitor) throws IOException {
        Optional<String> after = Optional.of("");
        while (after.isPresent()) {
            Result<Listing> listed = store.list(user, directory, after.get(), PAGE);
            if (listed.refusal().isPresent()) {
                return expectGone(listed.refusal().get().reason());
            }
            for (Listing.Entry entry : listed.get().entries()) {
                RecordPath path = directory.child(entry.name()).get();
                if (!visitor.visit(path, entry) || (recursive && entry.directory() && !visit(path, true, visitor))) {
                    return false;
                }
            }
            after = listed.get().next();
        }
        return true;
    }

    /** A directory may be removed, or hidden from the user, while its parent is visited. */
    private static boolean expectGone(Reason reason) throws IOException {
        if (reason == Reason.NOT_FOUND || reason == Reason.FORBIDDEN || reason == Reason.CONFLICT) {
            return true;
        }
        throw new IOException("a directory can't be listed: " + reason);
    }
}
