package io.datahub.validators;

import com.networknt.schema.regex.RegularExpression;
import com.networknt.schema.regex.RegularExpressions;
import java.util.regex.Pattern;

/**
 * A regular expression of a JSON schema that gives up when a value costs it too much: some expressions try every way to
 * take a value apart, and the number of ways doubles with each character.
 */
final class BoundedPattern implements RegularExpression {

    private static final int MOST_LOOKS = 5_000_000;

    private final Pattern pattern;

    BoundedPattern(String regex) {
        pattern = Pattern.compile(
                RegularExpressions.replaceLongformCharacterProperties(RegularExpressions.replaceDollarAnchors(regex)));
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

    /** Counts how often it is looked at. */
    private final class Text implements CharSequence {

        private final String value;
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
            if (++looks > MOST_LOOKS) {
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
