package io.datahub.history.rules;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.LedgerEvents.Bounds;
import io.datahub.api.cluster.LedgerEvents.LastBounds;
import io.datahub.api.cluster.NewLedgerEvent;
import io.datahub.api.cluster.NewLedgerEvent.Newest;
import io.datahub.api.cluster.SharedEvents;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The rules of a cluster: what its ledger keeps. Of several rules for a topic, that with the longest prefix counts. */
public final class SharedRules implements SharedEvents.Rules {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final List<KeepRule> keep;
    private final List<LastRule> last;
    private final List<DeduplicateRule> deduplicate;

    public SharedRules(HistoryRules rules) {
        keep = byLength(rules.keep(), KeepRule::prefix);
        last = byLength(rules.last(), LastRule::prefix);
        deduplicate = byLength(rules.deduplicate(), DeduplicateRule::prefix);
    }

    private static <T> List<T> byLength(List<T> rules, Function<T, String> prefix) {
        return rules.stream()
                .sorted(Comparator.comparing(rule -> prefix.apply(rule).length(), Comparator.reverseOrder()))
                .toList();
    }

    private static <T> Optional<T> of(List<T> rules, Function<T, String> prefix, String topic) {
        return rules.stream()
                .filter(rule -> topic.startsWith(prefix.apply(rule)))
                .findFirst();
    }

    @Override
    public Result<NewLedgerEvent> admit(EventRun event) {
        EventReader reader = new EventReader(event);
        reader.next();
        String topic = reader.topic();
        Optional<KeepRule> kept = of(keep, KeepRule::prefix, topic);
        Optional<LastRule> newest = of(last, LastRule::prefix, topic);
        if (kept.isEmpty() && newest.isEmpty()) {
            return Result.refused(
                    Refusal.unavailable("the rules of kept topics have just changed; try again", RETRY_AFTER));
        }
        if (topic.indexOf('\0') >= 0) {
            return Result.refused(
                    Reason.INVALID, "a kept topic of a cluster can't have the character U+0000; use another topic");
        }
        Optional<Refusal> tooLarge = kept.flatMap(rule -> rule.refuse(event.length()))
                .or(() -> newest.flatMap(rule -> rule.refuse(event.length())));
        if (tooLarge.isPresent()) {
            return Result.refused(tooLarge.get());
        }
        Newest change = newest.isEmpty()
                ? Newest.UNCHANGED
                : reader.payload().hasRemaining() ? Newest.REPLACED : Newest.REMOVED;
        return Result.done(new NewLedgerEvent(
                topic,
                event.user(),
                Instant.ofEpochMilli(event.timeMillis()),
                kept.map(KeepRule::prefix),
                change,
                identity(topic, reader),
                LedgerEvent.Content.of(event.slice())));
    }

    private Optional<NewLedgerEvent.Identity> identity(String topic, EventReader event) {
        return of(deduplicate, DeduplicateRule::prefix, topic)
                .flatMap(rule -> EventIdentity.of(topic, event.payload())
                        .map(identity -> new NewLedgerEvent.Identity(identity.hex(), rule.window())));
    }

    @Override
    public Map<String, Bounds> keep() {
        Map<String, Bounds> bounds = new HashMap<>();
        keep.forEach(rule -> bounds.put(rule.prefix(), new Bounds(rule.age(), rule.bytes())));
        return bounds;
    }

    @Override
    public Map<String, LastBounds> last() {
        Map<String, LastBounds> bounds = new HashMap<>();
        last.forEach(rule -> bounds.put(rule.prefix(), new LastBounds(rule.topics(), rule.bytes())));
        return bounds;
    }
}
