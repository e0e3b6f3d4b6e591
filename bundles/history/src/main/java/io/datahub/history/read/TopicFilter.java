package io.datahub.history.read;

import io.datahub.api.event.EventReader;
import io.datahub.api.user.User;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;

/** Selects the events of topic prefixes that a user may receive now. */
final class TopicFilter {

    private static final String FILE = "file.";

    private final User user;
    private final List<Prefix> prefixes;
    private final boolean hasFiles;

    /** A prefix, and whether all topics that begin with it are granted. */
    private static final class Prefix {
        final byte[] bytes;
        final boolean isGranted;

        Prefix(byte[] bytes, boolean isGranted) {
            this.bytes = bytes;
            this.isGranted = isGranted;
        }
    }

    TopicFilter(User user, Collection<String> wanted) {
        this.user = user;
        prefixes = wanted.stream()
                .map(prefix -> prefix.getBytes(StandardCharsets.UTF_8))
                .map(bytes -> new Prefix(bytes, bytes.length > 0 && user.maySubscribe(bytes)))
                .toList();
        hasFiles = hasFiles(wanted);
    }

    /** Whether topics may be those of file events. */
    static boolean hasFiles(Collection<String> prefixes) {
        return prefixes.stream().anyMatch(prefix -> prefix.startsWith(FILE) || FILE.startsWith(prefix));
    }

    /** Whether file events may be among them. */
    boolean hasFiles() {
        return hasFiles;
    }

    /** Whether the kept event that begins at an index of bytes is one of them. */
    boolean includes(ByteBuffer bytes, int event) {
        int start = EventReader.bodyStart(bytes, event);
        int end = EventReader.topicEnd(bytes, event);
        for (Prefix prefix : prefixes) {
            if (EventReader.startsWith(bytes, start, end, prefix.bytes)) {
                return prefix.isGranted || mayReceive(bytes, start, end - start);
            }
        }
        return false;
    }

    private boolean mayReceive(ByteBuffer bytes, int start, int length) {
        byte[] topic = new byte[length];
        bytes.get(start, topic);
        return user.maySubscribe(topic);
    }
}
