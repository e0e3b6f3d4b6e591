package io.datahub.hooks.status;

import io.datahub.api.hook.RecentDelivery;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The last deliveries of a hook or webhook. Thread-safe. */
public final class RecentDeliveries {

    private static final int MAX_TOPICS = 5;
    private static final int MAX_LENGTH = 200;

    private final int max;
    private final Deque<RecentDelivery> newestFirst = new ArrayDeque<>(); // guarded by itself

    /** @param max how many are remembered */
    public RecentDeliveries(int max) {
        this.max = max;
    }

    /** Remembers a delivery, instead of the oldest one if there are many. */
    public void add(String id, List<String> topics, String result, String detail) {
        RecentDelivery delivery = of(id, topics, result, detail);
        synchronized (newestFirst) {
            if (newestFirst.size() == max) {
                newestFirst.removeLast();
            }
            newestFirst.addFirst(delivery);
        }
    }

    /** A delivery of now, with shortened texts. */
    public static RecentDelivery of(String id, List<String> topics, String result, String detail) {
        return new RecentDelivery(
                Instant.now(),
                shortened(id),
                topics.stream()
                        .limit(MAX_TOPICS)
                        .map(RecentDeliveries::shortened)
                        .toList(),
                result,
                shortened(detail));
    }

    private static String shortened(String text) {
        return text.length() <= MAX_LENGTH ? text : text.substring(0, MAX_LENGTH - 1) + "…";
    }

    /** The deliveries, the newest first. */
    public List<RecentDelivery> list() {
        synchronized (newestFirst) {
            return List.copyOf(newestFirst);
        }
    }
}
