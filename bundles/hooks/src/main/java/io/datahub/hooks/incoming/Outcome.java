package io.datahub.hooks.incoming;

import java.util.List;

/**
 * What became of a delivery that is answered with 202.
 *
 * @param result {@code accepted}, {@code repeated} or {@code unknown}
 * @param topics the topics of the events that were published
 * @param unknown the kind of delivery that the translator doesn't know; empty if it does
 */
record Outcome(String result, List<String> topics, String unknown) {

    static final Outcome REPEATED = new Outcome("repeated", List.of(), "");

    int events() {
        return topics.size();
    }
}
