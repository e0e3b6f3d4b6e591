package io.datahub.validators.json;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressions;
import java.util.regex.Pattern;

/**
 * A regular expression of a JSON schema that stops matching when a value is too expensive: catastrophic backtracking
 * takes time that grows exponentially with the length of the value.
 */
final class BoundedPattern implements RegularExpression {

    /** The maximum number of characters read for one value. */
    private static final int MAX_READS = 5_000_000;

    /** The remaining budget of all patterns for the document that the thread validates. */
    private static final ThreadLocal<Budget> BUDGET = new ThreadLocal<>();

    private final Pattern pattern;

    BoundedPattern(String regex) {
        pattern = Pattern.compile(
                RegularExpressions.replaceLongformCharacterProperties(RegularExpressions.replaceDollarAnchors(regex)));
    }

    /**
     * Runs work on this thread with a common budget for all patterns.
     *
     * @param reads the maximum number of characters read
     * @param maxNanos the time limit, checked during matching
     */
    static void withBudget(long reads, long maxNanos, Runnable work) {
        Budget previous = BUDGET.get();
        BUDGET.set(new Budget(reads, System.nanoTime() + maxNanos));
        try {
            work.run();
        } finally {
            if (previous == null) {
                BUDGET.remove();
            } else {
                BUDGET.set(previous);
            }
        }
    }

    @Override
    public boolean matches(String value) {
        try {
            return pattern.matcher(new Text(value)).find();
        } catch (StackOverflowError e) {
            throw tooCostly();
        }
    }

    private TooCostlyException tooCostly() {
        return new TooCostlyException("a value is too expensive to match against the pattern " + pattern);
    }

    /** A budget. Not thread-safe. */
    private static final class Budget {

        /** The clock is checked once per this many characters. */
        private static final int CLOCK_MASK = 0xfff;

        private final long deadlineNanos;
        private long reads;

        Budget(long reads, long deadlineNanos) {
            this.reads = reads;
            this.deadlineNanos = deadlineNanos;
        }

        boolean isExhausted() {
            reads--;
            return reads < 0
                    || ((reads & CLOCK_MASK) == 0
                            && (System.nanoTime() - deadlineNanos > 0
                                    || Thread.currentThread().isInterrupted()));
        }
    }

    /** Counts the characters that are read. */
    private final class Text implements CharSequence {

        private final String value;
        private final Budget budget = BUDGET.get();
        private int reads;

        Text(String value) {
            this.value = value;
        }

        @Override
        public int length() {
            return value.length();
        }

        @Override
        public char charAt(int index) {
            if (++reads > MAX_READS || (budget != null && budget.isExhausted())) {
                throw tooCostly();
            }
            return value.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return value.subSequence(start, end);
        }

        @Override
        public String toString() {
            return value;
        }
    }
}
