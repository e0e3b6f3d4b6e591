package io.datahub.ssh.sftp;

import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.ssh.sftp.file.DraftHandle;
import io.datahub.ssh.sftp.file.Handle;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The open handles of a channel, by the names that the client knows. Used by one thread at a time. */
final class Handles {

    /** The maximum number of open handles of a channel. */
    static final int MAX = 256;

    private static final int MAX_CLOSED = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(Handles.class);

    private final Map<String, Handle> open = new LinkedHashMap<>();

    /** The latest files that were written and closed, the latest last. */
    private final Set<RecordPath> closed = new LinkedHashSet<>();

    private long last;

    /** Whether another one can be opened. */
    boolean hasRoom() {
        return open.size() < MAX;
    }

    /** Adds a handle; returns its name. */
    String add(Handle handle) {
        String name = Long.toString(++last);
        open.put(name, handle);
        return name;
    }

    Optional<Handle> find(String name) {
        return Optional.ofNullable(open.get(name));
    }

    <H extends Handle> Optional<H> find(String name, Class<H> type) {
        return find(name).filter(type::isInstance).map(type::cast);
    }

    Optional<Handle> remove(String name) {
        return Optional.ofNullable(open.remove(name));
    }

    /** The handles by which this path is being written here, latest last. */
    List<DraftHandle> writingAll(RecordPath path) {
        return open.values().stream()
                .filter(DraftHandle.class::isInstance)
                .map(DraftHandle.class::cast)
                .filter(handle -> handle.isWriting(path))
                .toList();
    }

    /** The latest handle by which this path is being written here. */
    Optional<DraftHandle> writing(RecordPath path) {
        List<DraftHandle> all = writingAll(path);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** Remembers that a file was written and closed here. */
    void closed(RecordPath path) {
        closed.remove(path);
        closed.add(path);
        if (closed.size() > MAX_CLOSED) {
            closed.remove(closed.iterator().next());
        }
    }

    /** Whether a file was written and closed here. */
    boolean hasClosed(RecordPath path) {
        return closed.contains(path);
    }

    /** The paths that are being written here. */
    List<RecordPath> written() {
        return open.values().stream()
                .filter(handle -> handle instanceof DraftHandle draft && draft.isWriting(draft.path()))
                .map(handle -> ((DraftHandle) handle).path())
                .toList();
    }

    /** Abandons all: the client is gone. */
    void abandon() {
        for (Handle handle : open.values()) {
            try {
                handle.abandon();
            } catch (IOException | RuntimeException e) {
                LOG.warn("event=ssh.sftp.abandon-failed reason={}", LogText.quoted(e));
            }
        }
        open.clear();
    }
}
