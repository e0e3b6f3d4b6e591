package io.datahub.history.log;

import io.datahub.history.rules.DeduplicateRule;
import io.datahub.history.rules.EventIdentity;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The CloudEvents that were appended lately, by topic, {@code source} and {@code id}: a limited number of each rule, in
 * memory, so they are forgotten at a restart. The topic counts, since who may publish another one mustn't suppress events.
 * Guarded by the history's lock, but for {@link #identify} and {@link #configure}.
 */
final class RecentEvents {

    /** How many events of a rule are remembered: about 12 MiB. */
    static final int MAX_EVENTS = 100_000;

    /** By descending length of the prefix. */
    private volatile List<OfRule> rules = List.of();

    /** The events of a rule, in the order in which they were appended. */
    private record OfRule(DeduplicateRule rule, Map<EventIdentity, Appended> events) {}

    /** When an event was appended, by {@link System#nanoTime}, and its number. */
    private record Appended(long nanos, long number) {}

    /** An event that may be a repetition. */
    static final class Candidate {
        private final OfRule rule;
        private final EventIdentity identity;

        private Candidate(OfRule rule, EventIdentity identity) {
            this.rule = rule;
            this.identity = identity;
        }
    }

    /** Applies rules; events of rules that remain are still known. */
    void configure(List<DeduplicateRule> changed) {
        List<OfRule> next = new ArrayList<>();
        for (DeduplicateRule rule : changed) {
            Map<EventIdentity, Appended> events = rules.stream()
                    .filter(old -> old.rule().prefix().equals(rule.prefix()))
                    .findFirst()
                    .map(OfRule::events)
                    .orElseGet(LinkedHashMap::new);
            next.add(new OfRule(rule, events));
        }
        next.sort(Comparator.comparing((OfRule one) -> one.rule().prefix().length())
                .reversed());
        rules = List.copyOf(next);
    }

    /** Tells which event it is, on the thread of its publisher; empty if that isn't to be known or isn't a CloudEvent. */
    Optional<Candidate> identify(String topic, ByteBuffer payload) {
        for (OfRule one : rules) {
            if (topic.startsWith(one.rule().prefix())) {
                return EventIdentity.of(topic, payload).map(identity -> new Candidate(one, identity));
            }
        }
        return Optional.empty();
    }

    /** Whether it was appended within the window. */
    boolean isRepeated(Candidate event, long nanos) {
        Appended before = event.rule.events().get(event.identity);
        return before != null
                && nanos - before.nanos() <= event.rule.rule().window().toNanos();
    }

    /** Remembers an event that was appended. */
    void add(Candidate event, long nanos, long number) {
        Map<EventIdentity, Appended> events = event.rule.events();
        events.remove(event.identity);
        events.put(event.identity, new Appended(nanos, number));
        long window = event.rule.rule().window().toNanos();
        Iterator<Appended> oldest = events.values().iterator();
        while (oldest.hasNext()) {
            if (nanos - oldest.next().nanos() <= window && events.size() <= MAX_EVENTS) {
                return;
            }
            oldest.remove();
        }
    }

    /** Forgets events from a number on, which were refused: they will be published again. */
    void forget(long from) {
        rules.forEach(one -> one.events().values().removeIf(event -> event.number() >= from));
    }

    /** How many events are remembered. */
    int size() {
        return rules.stream().mapToInt(one -> one.events().size()).sum();
    }
}
