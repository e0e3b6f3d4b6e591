package io.datahub.karaf;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** The events that a subscriber has received, in order. For any thread. */
final class Heard {

    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    private final List<String> topics = new CopyOnWriteArrayList<>();
    private final List<String> payloads = new CopyOnWriteArrayList<>();
    private volatile boolean ended;

    void add(String topic, byte[] payload) {
        payloads.add(new String(payload, StandardCharsets.UTF_8));
        topics.add(topic);
    }

    void end() {
        ended = true;
    }

    /** Waits for the first event of a topic and returns its payload. */
    String await(String topic) throws Exception {
        Awaitility.await(topic + " in " + topics).atMost(TIMEOUT).until(() -> topics.contains(topic));
        return payloads.get(topics.indexOf(topic));
    }

    void awaitEnd() throws Exception {
        Awaitility.await("the subscriber is cut off").atMost(TIMEOUT).until(() -> ended);
    }

    /**
     * Returns the topics of the received events, without those of the probes that test whether the subscription is
     * active.
     */
    List<String> topics() {
        return topics.stream().filter(topic -> !topic.equals("build.probe")).toList();
    }

    boolean contains(String topic) {
        return topics.contains(topic);
    }
}
