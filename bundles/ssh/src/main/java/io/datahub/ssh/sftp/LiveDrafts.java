package io.datahub.ssh.sftp;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Which lasting drafts are being written by a channel of this hub. Shared by all channels. Thread-safe. */
final class LiveDrafts {

    private final Map<String, Object> writers = new ConcurrentHashMap<>();

    void add(String draft, Object writer) {
        writers.put(draft, writer);
    }

    void remove(String draft, Object writer) {
        writers.remove(draft, writer);
    }

    boolean contains(String draft) {
        return writers.containsKey(draft);
    }
}
