package io.datahub.store.validation;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The validators that there are, and those that there must be. For any thread. */
public final class ValidatorRegistry {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    // Changed under this object's monitor only.
    private final List<RegisteredValidator> seats = new CopyOnWriteArrayList<>();
    private final Map<String, List<RequiredValidator>> requirements = new ConcurrentHashMap<>();
    private volatile Set<String> onTrial = Set.of();

    public ValidatorRegistry() {
        requirements.put("", List.of(RequiredValidator.USERS));
    }

    public synchronized void add(RegisteredValidator seat) {
        seats.add(seat);
        notifyAll();
    }

    /** Takes a validator off, and waits for the judgements that it is at. */
    public void remove(RegisteredValidator seat) {
        synchronized (this) {
            seats.remove(seat);
            notifyAll();
        }
        seat.awaitRest();
    }

    /** Puts one validator in place of another, with no moment between at which there is neither. */
    public void replace(RegisteredValidator old, RegisteredValidator next) {
        synchronized (this) {
            seats.add(next);
            seats.remove(old);
            notifyAll();
        }
        old.awaitRest();
    }

    /** Says what one source requires, instead of what it required so far. */
    public synchronized void require(String source, List<RequiredValidator> required) {
        requirements.put(source, List.copyOf(required));
        notifyAll();
    }

    /** Says which validators don't judge yet, each as {@code NAME/VERSION}, or {@code NAME} for any version. */
    public synchronized void setTrial(Set<String> validators) {
        onTrial = Set.copyOf(validators);
        notifyAll();
    }

    /** Whether any validator may have to judge the path. */
    public boolean appliesTo(RecordPath path) {
        for (RegisteredValidator seat : seats) {
            if (seat.matches(path) && !isOnTrial(seat)) {
                return true;
            }
        }
        return !missing(path, List.of()).isEmpty();
    }

    /**
     * Chooses who judges a path: of each name the validator in the highest version, if it matches. They are entered, so
     * whoever gets them has each one leave.
     *
     * @param patience how long to wait for required validators that are away
     * @return them, or a refusal that names those who stayed away
     */
    Result<List<RegisteredValidator>> choose(RecordPath path, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (this) {
            while (true) {
                List<RegisteredValidator> chosen = matching(path);
                Set<String> missing = missing(path, chosen);
                if (missing.isEmpty()) {
                    chosen.forEach(RegisteredValidator::enter);
                    return Result.done(chosen);
                }
                long left = (deadline - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return Result.refused(Refusal.unavailable(
                            "the validator " + String.join(", ", missing) + ", which is required for this path, is"
                                    + " away; try again, or have it started",
                            RETRY_AFTER));
                }
                wait(left);
            }
        }
    }

    private boolean isOnTrial(RegisteredValidator seat) {
        return onTrial.contains(seat.name()) || onTrial.contains(seat.title());
    }

    private List<RegisteredValidator> matching(RecordPath path) {
        Map<String, RegisteredValidator> foremost = new HashMap<>();
        for (RegisteredValidator seat : seats) {
            if (!isOnTrial(seat)) {
                foremost.merge(
                        seat.name(), seat, (a, b) -> RegisteredValidator.BY_PRECEDENCE.compare(a, b) >= 0 ? a : b);
            }
        }
        return foremost.values().stream().filter(seat -> seat.matches(path)).toList();
    }

    private Set<String> missing(RecordPath path, List<RegisteredValidator> chosen) {
        Set<String> names = new TreeSet<>();
        for (List<RequiredValidator> source : requirements.values()) {
            for (RequiredValidator requirement : source) {
                if (requirement.appliesTo(path)) {
                    names.add(requirement.name());
                }
            }
        }
        names.removeAll(onTrial);
        chosen.forEach(seat -> names.remove(seat.name()));
        return names;
    }
}
