package io.datahub.broker.topic;

import io.datahub.api.user.User;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** A set of topic prefixes from a configuration or a service property. Immutable. */
public final class TopicPrefixes {

    public static final TopicPrefixes NONE = new TopicPrefixes(List.of());

    private final List<byte[]> prefixes;

    private TopicPrefixes(List<byte[]> prefixes) {
        this.prefixes = List.copyOf(prefixes);
    }

    /**
     * Parses prefixes, each with or without a final {@code *}.
     *
     * @param value an array, a collection or a single value, each of comma-separated prefixes; null for none
     */
    public static TopicPrefixes parse(Object value) {
        List<byte[]> prefixes = new ArrayList<>();
        for (Object element : elements(value)) {
            for (String item : element.toString().split(",", -1)) {
                if (!item.isBlank()) {
                    String prefix = item.strip();
                    prefixes.add((prefix.endsWith("*") ? prefix.substring(0, prefix.length() - 1) : prefix)
                            .getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return new TopicPrefixes(prefixes);
    }

    private static Collection<?> elements(Object value) {
        if (value instanceof Object[] array) {
            return List.of(array);
        }
        return value instanceof Collection<?> items ? items : value == null ? List.of() : List.of(value);
    }

    /** The prefixes, separated by commas. */
    @Override
    public String toString() {
        return prefixes.stream()
                .map(prefix -> new String(prefix, StandardCharsets.UTF_8))
                .collect(Collectors.joining(","));
    }

    public boolean isEmpty() {
        return prefixes.isEmpty();
    }

    /**
     * Whether the topic begins with one of them, where the hub's own topics match only prefixes of them: what everybody
     * can publish is not what the hub announces.
     */
    public boolean matchPublished(byte[] topic) {
        boolean ofHub = User.isReserved(topic);
        return prefixes.stream()
                .anyMatch(prefix -> Topic.startsWith(topic, prefix) && User.isReserved(prefix) == ofHub);
    }

    /** Whether one of them, that isn't of the hub, begins with this prefix or is a beginning of it. */
    public boolean overlaps(byte[] prefix) {
        return prefixes.stream()
                .anyMatch(own -> (Topic.startsWith(own, prefix) || Topic.startsWith(prefix, own))
                        && User.isReserved(own) == User.isReserved(prefix));
    }

    /** Whether the topic begins with one of them. */
    public boolean match(byte[] topic) {
        return prefixes.stream().anyMatch(prefix -> Topic.startsWith(topic, prefix));
    }
}
