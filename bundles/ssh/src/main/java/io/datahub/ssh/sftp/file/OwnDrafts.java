package io.datahub.ssh.sftp.file;

import io.datahub.api.Result;
import io.datahub.api.disk.TemporaryNames;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.LastingDrafts.Remaining;
import io.datahub.api.record.WriteRequest;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.sftp.wire.Attributes;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The user's drafts that were begun over SFTP: those under temporary names, which are closed and wait for being renamed,
 * and those of uploads that were cut. Uploads over other protocols aren't among them. Used by one thread at a time.
 */
public final class OwnDrafts {

    /** From this size on an upload is a lasting draft; smaller ones aren't worth the flush. */
    public static final long LASTING_BYTES = 8L << 20;

    private static final String TRANSPORT = "transport";
    private static final String SFTP = "sftp";

    /** The note with the second of the epoch at which the draft was kept. */
    private static final String KEPT = "kept";

    /** The note with the client's time, in the same way. */
    private static final String MODIFIED = "modified";

    private final SshSession session;
    private final TemporaryNames names;
    private final LiveDrafts live;
    private final ClientTimes times;

    public OwnDrafts(SshSession session, TemporaryNames names, LiveDrafts live, ClientTimes times) {
        this.session = session;
        this.names = names;
        this.live = live;
        this.times = times;
    }

    /** Whether a path is that of a file that its client will rename. */
    public boolean isTemporary(RecordPath path) {
        return names.isTemporary(path);
    }

    /** The latest draft of a path. */
    public Optional<LastingDraft> find(RecordPath path) throws IOException {
        return all(path).stream().findFirst();
    }

    private List<LastingDraft> all(RecordPath path) throws IOException {
        return below(path).stream().filter(draft -> draft.path().equals(path)).toList();
    }

    /** The drafts directly in a directory, latest first. */
    public List<LastingDraft> in(RecordPath directory) throws IOException {
        return below(directory).stream()
                .filter(draft -> !draft.path().isRoot() && draft.path().parent().equals(directory))
                .toList();
    }

    /** The drafts of a path and of those below it, latest first. */
    public List<LastingDraft> below(RecordPath path) throws IOException {
        return session.drafts().list(session.user(), path).stream()
                .filter(draft -> SFTP.equals(draft.notes().get(TRANSPORT)))
                .toList();
    }

    /** Whether a channel of this hub is writing it. */
    public boolean isLive(LastingDraft draft) {
        return live.contains(draft.name());
    }

    /**
     * What the client sees of a draft. One under the name that the record will have was cut, even if all its bytes have
     * arrived. It is shown without its last byte, since clients take a file of full size for complete and would never
     * close it; those that resume send that byte again.
     */
    public Attributes attributes(LastingDraft draft) {
        return Attributes.file(
                isTemporary(draft.path()) ? draft.size() : shownSize(draft.size()),
                time(draft).or(() -> noted(draft, KEPT)).orElseGet(Instant::now));
    }

    /** What the client sees of the size of a cut upload. */
    static long shownSize(long size) {
        return Math.max(0, size - 1);
    }

    /** Makes a draft a lasting one. */
    Result<LastingDraft> keep(Draft draft, Optional<Instant> modified) throws IOException {
        String now = Long.toString(Instant.now().getEpochSecond());
        Map<String, String> notes = modified.map(
                        time -> Map.of(TRANSPORT, SFTP, KEPT, now, MODIFIED, Long.toString(time.getEpochSecond())))
                .orElseGet(() -> Map.of(TRANSPORT, SFTP, KEPT, now));
        return session.drafts().keep(draft, notes);
    }

    /** Takes a draft over, for the path of the request. */
    public Result<Draft> resume(WriteRequest request, String name) throws IOException {
        return session.drafts().resume(request, name, Remaining.RECEIVED);
    }

    /** Removes a draft, even if another connection is writing it. */
    public void remove(LastingDraft draft) throws IOException {
        times.remove(draft.name());
        session.drafts().remove(session.user(), draft.name());
    }

    /** Removes drafts of a path that nobody is writing, but for one. */
    public void removeAll(RecordPath path, String except) throws IOException {
        for (LastingDraft draft : all(path)) {
            if (!draft.name().equals(except) && !isLive(draft)) {
                remove(draft);
            }
        }
    }

    /** Remembers a time that the client has set for a draft, until that becomes a record. */
    public void setTime(String name, Instant time) {
        times.set(name, time);
    }

    /** The time that the client has set for a draft. */
    public Optional<Instant> time(LastingDraft draft) {
        return times.find(draft.name()).or(() -> noted(draft, MODIFIED));
    }

    private static Optional<Instant> noted(LastingDraft draft, String note) {
        return Optional.ofNullable(draft.notes().get(note)).map(Long::parseLong).map(Instant::ofEpochSecond);
    }

    public void forgetTime(LastingDraft draft) {
        times.remove(draft.name());
    }

    void opened(String name, Object writer) {
        live.add(name, writer);
    }

    void closed(String name, Object writer) {
        live.remove(name, writer);
    }
}
