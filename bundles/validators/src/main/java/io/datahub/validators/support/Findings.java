package io.datahub.validators.support;

import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.xml.sax.Locator;

/** The violations found in a record so far, up to a maximum. Not thread-safe. */
public final class Findings {

    public static final int MAX = 20;

    private final List<Violation> violations = new ArrayList<>();

    /** Adds a violation without a position. */
    public void add(String message) {
        add(0, 0, message);
    }

    public void add(Locator at, String message) {
        add(at.getLineNumber(), at.getColumnNumber(), message);
    }

    public void add(int line, int column, String message) {
        if (!isFull()) {
            violations.add(Violation.at(line, column, message));
        }
    }

    /** Whether the maximum is reached, so that the validation can stop. */
    public boolean isFull() {
        return violations.size() >= MAX;
    }

    /**
     * Merges findings in line order; for a line with findings in {@code first}, those in {@code second} are dropped.
     */
    public static Findings merged(Findings first, Findings second) {
        Findings merged = new Findings();
        Set<Integer> lines = first.violations.stream().map(Violation::line).collect(Collectors.toSet());
        Stream<Violation> others = second.violations.stream().filter(other -> !lines.contains(other.line()));
        Stream.concat(first.violations.stream(), others)
                .sorted(Comparator.comparingInt(Violation::line))
                .limit(MAX)
                .forEach(merged.violations::add);
        return merged;
    }

    public List<Violation> all() {
        return List.copyOf(violations);
    }

    public Verdict verdict() {
        return violations.isEmpty() ? Verdict.accept() : new Verdict(violations);
    }
}
