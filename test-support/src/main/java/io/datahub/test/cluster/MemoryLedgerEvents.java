package io.datahub.test.cluster;

import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.NewLedgerEvent;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;

/** The events of kept topics of a {@link MemoryLedger}. */
final class MemoryLedgerEvents implements LedgerEvents {

    private static final Duration IN_TRANSIT = Duration.ofMinutes(10);

    private final MemoryLedger ledger;

    MemoryLedgerEvents(MemoryLedger ledger) {
        this.ledger = ledger;
    }

    @Override
    public List<Appended> append(UUID writer, long batch, List<NewLedgerEvent> events) throws IOException {
        if (events.isEmpty() || events.size() > MAX_EVENTS) {
            throw new IllegalArgumentException("a batch has 1 to " + MAX_EVENTS + " events, not " + events.size());
        }
        return ledger.change(state -> {
            LedgerKept.Batch known = state.kept.batches.get(writer);
            if (known != null && known.number() == batch) {
                return known.answers();
            } else if (known != null && known.number() > batch) {
                throw new IOException("a later batch of events was appended");
            }
            for (NewLedgerEvent event : events) {
                if (event.content().blob().filter(state::isGone).isPresent()) {
                    throw new IOException("the blob of an event was given up");
                }
            }
            List<Appended> answers = new ArrayList<>();
            for (int i = 0; i < events.size(); i++) {
                answers.add(append(state, events.get(i), new LedgerEvent.Origin(writer, batch, i)));
            }
            state.kept.batches.put(writer, new LedgerKept.Batch(batch, answers));
            return answers;
        });
    }

    private static Appended append(LedgerState state, NewLedgerEvent event, LedgerEvent.Origin origin) {
        Instant now = state.now();
        Optional<LedgerKept.Known> known = event.identity()
                .map(identity -> state.kept.identities.get(identity.key()))
                .filter(earlier -> earlier.until().isAfter(now));
        if (known.isPresent()) {
            return new Appended(known.get().number(), true);
        }
        long number = state.skip();
        LedgerEvent stored = new LedgerEvent(
                number, event.topic(), event.user(), event.received(), event.rule(), origin, event.content());
        event.identity()
                .ifPresent(identity -> state.kept.identities.put(
                        identity.key(), new LedgerKept.Known(number, now.plus(identity.recognizedFor()))));
        state.kept.events.put(number, new LedgerKept.Stored(stored, now));
        event.rule().ifPresent(rule -> state.kept.trimmed.putIfAbsent(rule, 0L));
        if (event.newest() != NewLedgerEvent.Newest.UNCHANGED) {
            release(
                    state,
                    event.newest() == NewLedgerEvent.Newest.REPLACED
                            ? state.kept.last.put(event.topic(), stored)
                            : state.kept.last.remove(event.topic()));
        }
        return new Appended(number, false);
    }

    private static void release(LedgerState state, LedgerEvent event) {
        if (event != null) {
            event.content().blob().ifPresent(blob -> state.release(blob, state.now()));
        }
    }

    private static Predicate<LedgerEvent> isAnyOf(Collection<String> prefixes) {
        return event -> prefixes.stream().anyMatch(event.topic()::startsWith);
    }

    @Override
    public Page read(long after, long upTo, Collection<String> prefixes, int limit, int maxBytes) throws IOException {
        return ledger.read(state -> {
            long end = Math.max(after, Math.min(upTo, state.newest()));
            List<LedgerEvent> page = new ArrayList<>();
            boolean isCut =
                    take(state.kept.events.subMap(after, false, end, true).values(), prefixes, limit, maxBytes, page);
            return new Page(page, isCut ? page.get(page.size() - 1).number() : end);
        });
    }

    /** Takes events until a limit is reached; returns whether one was. */
    private static boolean take(
            Collection<LedgerKept.Stored> events,
            Collection<String> prefixes,
            int limit,
            int maxBytes,
            List<LedgerEvent> page) {
        long bytes = 0;
        for (LedgerKept.Stored stored : events) {
            LedgerEvent event = stored.event();
            if (isAnyOf(prefixes).test(event)) {
                bytes += event.content().inline().remaining();
                if (!page.isEmpty() && bytes > maxBytes) {
                    return true;
                }
                page.add(event);
                if (page.size() == limit) {
                    return true;
                }
            }
        }
        return false;
    }

    @Override
    public List<LedgerEvent> newest(long upTo, Collection<String> prefixes, int limit, int maxBytes)
            throws IOException {
        return ledger.read(state -> {
            List<LedgerEvent> page = new ArrayList<>();
            take(state.kept.events.headMap(upTo, true).descendingMap().values(), prefixes, limit, maxBytes, page);
            Collections.reverse(page);
            return page;
        });
    }

    @Override
    public Map<String, Kept> rules() throws IOException {
        return ledger.read(state -> {
            Map<String, Kept> rules = new TreeMap<>();
            state.kept.trimmed.forEach((rule, trimmed) -> {
                List<LedgerKept.Stored> kept = of(state, Optional.of(rule));
                rules.put(rule, new Kept(trimmed, kept.size(), bytes(kept)));
            });
            return rules;
        });
    }

    private static List<LedgerKept.Stored> of(LedgerState state, Optional<String> rule) {
        return state.kept.events.values().stream()
                .filter(stored -> stored.event().rule().equals(rule))
                .toList();
    }

    private static long bytes(List<LedgerKept.Stored> events) {
        return events.stream()
                .mapToLong(stored -> stored.event().content().length())
                .sum();
    }

    @Override
    public List<LedgerEvent> last(String prefix, String after, int limit) throws IOException {
        return ledger.read(state -> state.kept.last.tailMap(after, false).values().stream()
                .filter(event -> event.topic().startsWith(prefix))
                .limit(limit)
                .toList());
    }

    @Override
    public boolean trim(Map<String, Bounds> keep, Map<String, LastBounds> last) throws IOException {
        return ledger.change(state -> {
            state.kept.bounds.putAll(keep);
            state.kept.bounds.forEach((rule, bounds) -> trim(state, Optional.of(rule), bounds));
            trim(state, Optional.empty(), new Bounds(IN_TRANSIT, Long.MAX_VALUE));
            last.forEach((prefix, bounds) -> trimLast(state, prefix, last.keySet(), bounds));
            state.kept.identities.values().removeIf(known -> !known.until().isAfter(state.now()));
            return false;
        });
    }

    private static void trim(LedgerState state, Optional<String> rule, Bounds bounds) {
        List<LedgerKept.Stored> kept = of(state, rule);
        Instant oldest = state.now().minus(bounds.age());
        long bytes = bytes(kept);
        for (LedgerKept.Stored stored : kept) {
            if (!stored.time().isBefore(oldest) && bytes <= bounds.maxBytes()) {
                break;
            }
            long number = stored.event().number();
            bytes -= stored.event().content().length();
            state.kept.events.remove(number);
            rule.ifPresent(prefix -> state.kept.trimmed.put(prefix, number));
            release(state, stored.event());
        }
    }

    private static void trimLast(LedgerState state, String prefix, Collection<String> prefixes, LastBounds bounds) {
        List<LedgerEvent> newestFirst = state.kept.last.values().stream()
                .filter(event -> event.topic().startsWith(prefix)
                        && prefixes.stream()
                                .noneMatch(other -> other.length() > prefix.length()
                                        && event.topic().startsWith(other)))
                .sorted(Comparator.comparingLong(LedgerEvent::number).reversed())
                .toList();
        long bytes = 0;
        for (int i = 0; i < newestFirst.size(); i++) {
            LedgerEvent event = newestFirst.get(i);
            bytes += event.content().length();
            if (i >= bounds.topics() || bytes > bounds.maxBytes()) {
                state.kept.last.remove(event.topic());
                release(state, event);
            }
        }
    }

    @Override
    public void useLast(Collection<String> prefixes) throws IOException {
        ledger.change(state -> {
            prefixes.forEach(
                    prefix -> state.kept.lastRules.put(prefix, new LedgerKept.LastUse(state.now(), Duration.ZERO)));
            return null;
        });
    }

    @Override
    public boolean forgetLast(Duration unused) throws IOException {
        return ledger.change(state -> {
            Map<String, LedgerKept.LastUse> rules = state.kept.lastRules;
            rules.replaceAll((prefix, use) -> use.at(state.now()));
            Set<String> removed = new HashSet<>(rules.keySet());
            removed.removeIf(prefix -> rules.get(prefix).unused().compareTo(unused) <= 0);
            rules.keySet().removeAll(removed);
            Instant before = state.now().minus(unused);
            for (LedgerEvent event : List.copyOf(state.kept.last.values())) {
                if (isAnyOf(removed).test(event)
                        && !isAnyOf(rules.keySet()).test(event)
                        && event.received().isBefore(before)) {
                    release(state, state.kept.last.remove(event.topic()));
                }
            }
            return false;
        });
    }
}
