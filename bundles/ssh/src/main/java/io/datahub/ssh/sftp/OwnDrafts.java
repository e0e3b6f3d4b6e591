package io.datahub.ssh.sftp;

import io.datahub.api.Result;
import io.datahub.api.disk.TemporaryNames;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.LastingDrafts.Remaining;
import io.datahub.api.record.WriteRequest;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.sftp.wire.Attributes;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The user's drafts that nobody has open: those under temporary names, which are closed and wait for being renamed, and
 * those of uploads that were cut. Used by one thread at a time.
 */
final class OwnDrafts {

    private static final int MAX_TIMES = 10_000;
    private static final Map<String, String> NOTES = Map.of("transport", "sftp");

    private final SshSession session;
    private final TemporaryNames names;
    private final LiveDrafts live;

    /** The times that the client has set, by path. */
    private final Map<RecordPath, Instant> times = new LinkedHashMap<>();

    OwnDrafts(SshSession session, TemporaryNames names, LiveDrafts live) {
        this.session = session;
        this.names = names;
        this.live = live;
    }

    private LastingDrafts drafts() {
        return session.drafts();
    }

    /** Whether a path is that of a file that its client will rename. */
    boolean isTemporary(RecordPath path) {
        return names.isTemporary(path);
    }

    /** The latest draft of a path. */
    Optional<LastingDraft> find(RecordPath path) throws IOException {
        return all(path).stream().findFirst();
    }

    private List<LastingDraft> all(RecordPath path) throws IOException {
        return drafts().list(session.user(), path).stream()
                .filter(draft -> draft.path().equals(path))
                .toList();
    }

    /** The drafts directly in a directory, latest first. */
    List<LastingDraft> in(RecordPath directory) throws IOException {
        return drafts().list(session.user(), directory).stream()
                .filter(draft -> !draft.path().isRoot() && draft.path().parent().equals(directory))
                .toList();
    }

    /** Whether a channel of this hub is writing it. */
    boolean isLive(LastingDraft draft) {
        return live.contains(draft.name());
    }

    Attributes attributes(LastingDraft draft) {
        return Attributes.file(draft.size(), time(draft.path()).orElseGet(Instant::now));
    }

    /** Makes a draft a lasting one. */
    Result<LastingDraft> keep(Draft draft) throws IOException {
        return drafts().keep(draft, NOTES);
    }

    /** Takes a draft over, for the path of the request. */
    Result<Draft> resume(WriteRequest request, String name) throws IOException {
        return drafts().resume(request, name, Remaining.RECEIVED);
    }

    void remove(LastingDraft draft) throws IOException {
        times.remove(draft.path());
        remove(draft.name());
    }

    void remove(String name) throws IOException {
        drafts().remove(session.user(), name);
    }

    /** Removes drafts of a path that nobody is writing, but for one. */
    void removeAll(RecordPath path, String except) throws IOException {
        for (LastingDraft draft : all(path)) {
            if (!draft.name().equals(except) && !isLive(draft)) {
                remove(draft);
            }
        }
    }

    /** Remembers a time that the client has set for a draft, until that becomes a record. */
    void setTime(RecordPath path, Instant time) {
        times.put(path, time);
        if (times.size() > MAX_TIMES) {
            times.remove(times.keySet().iterator().next());
        }
    }

    Optional<Instant> time(RecordPath path) {
        return Optional.ofNullable(times.get(path));
    }

    void forgetTime(RecordPath path) {
        times.remove(path);
    }

    void opened(String name, Object writer) {
        live.add(name, writer);
    }

    void closed(String name, Object writer) {
        live.remove(name, writer);
    }
}
