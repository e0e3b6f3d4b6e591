package io.datahub.ssh.sftp.file;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which lasting drafts are being written by a channel of this hub. Shared by all channels. Thread-safe.
 *
 * <p>In a cluster it doesn't know of channels of other hubs. A client that opens a draft which is being written there
 * takes it over instead of being refused, and the other's next write or close is refused as interrupted: so nothing is
 * mixed, but the later connection wins.
 */
public final class LiveDrafts {

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
