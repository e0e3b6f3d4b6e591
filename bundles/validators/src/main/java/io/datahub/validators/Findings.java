package io.datahub.validators;

import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.xml.sax.Locator;
import org.xml.sax.SAXParseException;

/** What is wrong with a record, found so far; no more than anybody wants to read. For one thread. */
final class Findings {

    static final int MOST = 20;

    private final List<Violation> violations = new ArrayList<>();

    void add(Locator at, String message) {
        add(at.getLineNumber(), at.getColumnNumber(), message);
    }

    void add(SAXParseException fault) {
        add(fault.getLineNumber(), fault.getColumnNumber(), XmlMessage.of(fault));
    }

    void add(int line, int column, String message) {
        if (!isFull()) {
            violations.add(Violation.at(line, column, message));
        }
    }

    /** Whether nothing more is taken, so that it makes no sense to look on. */
    boolean isFull() {
        return violations.size() >= MOST;
    }

    /** Both together in the order of the record; of one line only what the first found, if it did. */
    static Findings merged(Findings first, Findings second) {
        Findings merged = new Findings();
        Set<Integer> lines = first.violations.stream().map(Violation::line).collect(Collectors.toSet());
        Stream<Violation> others = second.violations.stream().filter(other -> !lines.contains(other.line()));
        Stream.concat(first.violations.stream(), others)
                .sorted(Comparator.comparingInt(Violation::line))
                .limit(MOST)
                .forEach(merged.violations::add);
        return merged;
    }

    List<Violation> all() {
        return List.copyOf(violations);
    }

    Verdict verdict() {
        return violations.isEmpty() ? Verdict.accept() : new Verdict(violations);
    }
}
