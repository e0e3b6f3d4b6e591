package io.datahub.ssh.scp;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.validation.WildcardPattern;
import io.datahub.ssh.session.ClientPath;
import io.datahub.ssh.session.SshSession;
import java.io.IOException;
import java.util.Optional;

/**
 * Expands wildcards in the last segment of a path, {@code *} and {@code ?}, as the shell of another server would. In
 * other segments they stand for themselves.
 */
final class NamePattern {

    private static final int PAGE = 1_000;

    private final SshSession session;

    NamePattern(SshSession session) {
        this.session = session;
    }

    /** Takes what matches. */
    interface Receiver {
        void receive(Result<RecordPath> path) throws IOException;
    }

    /**
     * Passes on the paths that match, page by page; the path itself if none does, or if something of that very name
     * exists.
     */
    void expand(String text, Receiver receiver) throws IOException {
        Result<RecordPath> path = ClientPath.parse(text);
        if (path.isRefused() || !hasWildcard(path.get().name()) || exists(path.get())) {
            receiver.receive(path);
            return;
        }
        boolean found = false;
        WildcardPattern pattern = WildcardPattern.ofName(path.get().name());
        RecordPath directory = path.get().parent();
        Optional<String> after = Optional.of("");
        while (after.isPresent()) {
            Result<Listing> page = session.store().list(session.user(), directory, after.get(), PAGE);
            if (page.isRefused()) {
                receiver.receive(Result.refused(page.refusal().orElseThrow()));
                return;
            }
            for (Listing.Entry entry : page.get().entries()) {
                if (pattern.matches(entry.name())) {
                    found = true;
                    receiver.receive(directory.child(entry.name()));
                }
            }
            after = page.get().next();
        }
        if (!found) {
            receiver.receive(path);
        }
    }

    private static boolean hasWildcard(String name) {
        return name.indexOf('*') >= 0 || name.indexOf('?') >= 0;
    }

    private boolean exists(RecordPath path) throws IOException {
        return !session.store().stat(session.user(), path).isRefused();
    }
}
