package io.datahub.records.validation;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.ValidatorPrecedence;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The registered validators and the required ones. Thread-safe. */
public final class ValidatorRegistry {

    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    // Changed under this object's monitor only.
    private final List<RegisteredValidator> validators = new CopyOnWriteArrayList<>();
    private final Map<String, List<RequiredValidator>> requirements = new ConcurrentHashMap<>();
    private volatile Set<String> onTrial = Set.of();

    public ValidatorRegistry() {
        requirements.put("", List.of(RequiredValidator.USERS));
    }

    public synchronized void add(RegisteredValidator validator) {
        validators.add(validator);
        notifyAll();
    }

    /** Unregisters a validator and waits for its running validations. */
    public void remove(RegisteredValidator validator) {
        synchronized (this) {
            validators.remove(validator);
            notifyAll();
        }
        validator.awaitIdle();
    }

    /**
     * Replaces a validator by another one, so that there is always one of the two, and waits for the running
     * validations of the previous one.
     */
    public void replace(RegisteredValidator previous, RegisteredValidator replacement) {
        synchronized (this) {
            validators.add(replacement);
            validators.remove(previous);
            notifyAll();
        }
        previous.awaitIdle();
    }

    /** Sets the required validators of one source, replacing its previous ones. */
    public synchronized void require(String source, List<RequiredValidator> required) {
        requirements.put(source, List.copyOf(required));
        notifyAll();
    }

    /**
     * Sets the validators that are on trial, so that they don't validate records yet, each as {@code NAME/VERSION},
     * or {@code NAME} for any version.
     */
    public synchronized void setTrial(Set<String> names) {
        onTrial = Set.copyOf(names);
        notifyAll();
    }

    /** Whether any validator applies to the path, registered or required. */
    public boolean appliesTo(RecordPath path) {
        for (RegisteredValidator validator : validators) {
            if (validator.matches(path) && !isOnTrial(validator)) {
                return true;
            }
        }
        return !missingFor(path, List.of()).isEmpty();
    }

    /**
     * Selects the validators of a path: of each name the one with the highest precedence, if it matches. Each is
     * marked as running, so the caller must call {@link RegisteredValidator#end} for each.
     *
     * @param maxWait how long to wait for required validators that are unavailable
     * @return the validators, or a refusal that names the required validators that are unavailable
     */
    Result<List<RegisteredValidator>> select(RecordPath path, Duration maxWait) throws InterruptedException {
        long deadline = System.nanoTime() + maxWait.toNanos();
        synchronized (this) {
            while (true) {
                List<RegisteredValidator> selected = selectMatching(path);
                Set<String> missing = missingFor(path, selected);
                if (missing.isEmpty()) {
                    selected.forEach(RegisteredValidator::begin);
                    return Result.done(selected);
                }
                long remaining = (deadline - System.nanoTime()) / 1_000_000;
                if (remaining <= 0) {
                    return Result.refused(Refusal.unavailable(
                            "the validator " + String.join(", ", missing) + ", which is required for this path, is"
                                    + " unavailable; retry, or ask an administrator to start it",
                            RETRY_AFTER));
                }
                wait(remaining);
            }
        }
    }

    private boolean isOnTrial(RegisteredValidator validator) {
        return ValidatorPrecedence.isOnTrial(validator.id(), onTrial);
    }

    private List<RegisteredValidator> selectMatching(RecordPath path) {
        Map<String, RegisteredValidator> preferred = new HashMap<>();
        for (RegisteredValidator validator : validators) {
            if (!isOnTrial(validator)) {
                preferred.merge(
                        validator.name(), validator, (a, b) -> a.precedence().compareTo(b.precedence()) >= 0 ? a : b);
            }
        }
        return preferred.values().stream()
                .filter(validator -> validator.matches(path))
                .toList();
    }

    private Set<String> missingFor(RecordPath path, List<RegisteredValidator> selected) {
        Set<String> names = new TreeSet<>();
        for (List<RequiredValidator> source : requirements.values()) {
            for (RequiredValidator requirement : source) {
                if (requirement.appliesTo(path)) {
                    names.add(requirement.name());
                }
            }
        }
        names.removeAll(onTrial);
        selected.forEach(validator -> names.remove(validator.name()));
        return names;
    }
}
