package io.datahub.http;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The topics that a client of an event stream asked for.
 *
 * @param prefixes of the topics
 */
record Topics(List<String> prefixes) {

    List<byte[]> bytes() {
        return prefixes.stream()
                .map(prefix -> prefix.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    boolean include(String topic) {
        return prefixes.stream().anyMatch(topic::startsWith);
    }
}
