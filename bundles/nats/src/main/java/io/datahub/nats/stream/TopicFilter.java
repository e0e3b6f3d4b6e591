package io.datahub.nats.stream;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Topic prefixes. None begins with another one, and they are sorted, so that the only one that a topic can begin with is the
 * last one that isn't greater than the
 * topic. Immutable.
 */
public final class TopicFilter {

    private final byte[][] prefixes;

    /**
     * Creates it.
     *
     * @param prefixes the beginnings of topics, in any order
     */
    public TopicFilter(List<byte[]> prefixes) {
        byte[][] sorted = prefixes.toArray(byte[][]::new);
        Arrays.sort(sorted, Arrays::compareUnsigned);
        this.prefixes = shortest(sorted);
    }

    /** Leaves out what begins with another one, which stands right before it or before others like it. */
    private static byte[][] shortest(byte[][] sorted) {
        List<byte[]> kept = new ArrayList<>();
        for (byte[] prefix : sorted) {
            if (kept.isEmpty() || !startsWith(prefix, prefix.length, kept.get(kept.size() - 1))) {
                kept.add(prefix);
            }
        }
        return kept.toArray(byte[][]::new);
    }

    private static boolean startsWith(byte[] topic, int length, byte[] prefix) {
        return prefix.length <= length && Arrays.equals(prefix, 0, prefix.length, topic, 0, prefix.length);
    }

    /** Whether every topic matches. */
    public boolean matchesAll() {
        return prefixes.length > 0 && prefixes[0].length == 0;
    }

    /** Whether no topic matches. */
    public boolean matchesNone() {
        return prefixes.length == 0;
    }

    /** Whether a topic begins with one of the prefixes. */
    public boolean matches(byte[] topic, int length) {
        int low = 0;
        int high = prefixes.length - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            byte[] prefix = prefixes[middle];
            if (Arrays.compareUnsigned(prefix, 0, prefix.length, topic, 0, length) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high >= 0 && startsWith(topic, length, prefixes[high]);
    }
}
