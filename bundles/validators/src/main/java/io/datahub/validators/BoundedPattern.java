package io.datahub.validators;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressions;
import java.util.regex.Pattern;

/**
 * A regular expression of a JSON schema that gives up when a value costs it too much: some expressions try every way to
 * take a value apart, and the number of ways doubles with each character.
 */
final class BoundedPattern implements RegularExpression {

    /** The most characters that are looked at for one value. */
    private static final int MOST_LOOKS = 5_000_000;

    /** What all patterns may still cost the document that the thread validates. */
    private static final ThreadLocal<Budget> BUDGET = new ThreadLocal<>();

    private final Pattern pattern;

    BoundedPattern(String regex) {
        pattern = Pattern.compile(
                RegularExpressions.replaceLongformCharacterProperties(RegularExpressions.replaceDollarAnchors(regex)));
    }

    /**
     * Bounds what all patterns together cost in a piece of work on this thread.
     *
     * @param looks the most characters that are looked at
     * @param nanos the most time, checked while a pattern is compared
     */
    static void within(long looks, long nanos, Runnable work) {
        Budget before = BUDGET.get();
        BUDGET.set(new Budget(looks, System.nanoTime() + nanos));
        try {
            work.run();
        } finally {
            if (before == null) {
                BUDGET.remove();
            } else {
                BUDGET.set(before);
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
        return new TooCostlyException("a value is too costly to compare with the pattern " + pattern);
    }

    /** For one thread. */
    private static final class Budget {

        /** So many characters are looked at between two looks at the clock. */
        private static final int CLOCK_MASK = 0xfff;

        private final long deadlineNanos;
        private long looks;

        Budget(long looks, long deadlineNanos) {
            this.looks = looks;
            this.deadlineNanos = deadlineNanos;
        }

        boolean isSpent() {
            looks--;
            return looks < 0
                    || ((looks & CLOCK_MASK) == 0
                            && (System.nanoTime() - deadlineNanos > 0
                                    || Thread.currentThread().isInterrupted()));
        }
    }

    /** Counts how often it is looked at. */
    private final class Text implements CharSequence {

        private final String value;
        private final Budget budget = BUDGET.get();
        private int looks;

        Text(String value) {
            this.value = value;
        }

        @Override
        public int length() {
            return value.length();
        }

        @Override
        public char charAt(int index) {
            if (++looks > MOST_LOOKS || (budget != null && budget.isSpent())) {
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
