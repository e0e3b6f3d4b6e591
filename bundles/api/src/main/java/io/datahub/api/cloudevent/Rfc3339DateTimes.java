package io.datahub.api.cloudevent;

import java.time.YearMonth;

/** Dates and times exactly as RFC 3339 (5.6) defines them. */
final class Rfc3339DateTimes {

    private static final String FORM = "0000-00-00T00:00:00";
    private static final int MINUTES_A_DAY = 24 * 60;

    private Rfc3339DateTimes() {}

    /**
     * Whether the text is a {@code date-time}, which has seconds and a zone. A fraction of a second may have any number
     * of digits. Second 60 is accepted only where a leap second can occur, at the end of a day in UTC. Runs in time
     * linear in the length of the text.
     *
     * @param text any text
     * @return whether it is one
     */
    static boolean isDateTime(String text) {
        int end = FORM.length();
        if (text.length() <= end || !hasForm(text, 0, FORM)) {
            return false;
        }
        if (text.charAt(end) == '.') {
            int digits = end + 1;
            end = digits;
            while (end < text.length() && isDigit(text.charAt(end))) {
                end++;
            }
            if (end == digits) {
                return false;
            }
        }
        int offset = offset(text, end);
        int month = number(text, 5);
        int hour = number(text, 11);
        int minute = number(text, 14);
        int second = number(text, 17);
        return offset < MINUTES_A_DAY
                && month >= 1
                && month <= 12
                && YearMonth.of(100 * number(text, 0) + number(text, 2), month).isValidDay(number(text, 8))
                && hour < 24
                && minute < 60
                && (second < 60
                        || (second == 60
                                && Math.floorMod(60 * hour + minute - offset, MINUTES_A_DAY) == MINUTES_A_DAY - 1));
    }

    /** The zone's offset from UTC in minutes; {@link #MINUTES_A_DAY} if it is not a valid zone. */
    private static int offset(String text, int at) {
        if (text.length() == at + 1 && "Zz".indexOf(text.charAt(at)) >= 0) {
            return 0;
        }
        if (text.length() != at + 6 || "+-".indexOf(text.charAt(at)) < 0 || !hasForm(text, at + 1, "00:00")) {
            return MINUTES_A_DAY;
        }
        int hours = number(text, at + 1);
        int minutes = number(text, at + 4);
        if (hours > 23 || minutes > 59) {
            return MINUTES_A_DAY;
        }
        return text.charAt(at) == '-' ? -(60 * hours + minutes) : 60 * hours + minutes;
    }

    private static boolean hasForm(String text, int at, String form) {
        for (int i = 0; i < form.length(); i++) {
            char c = text.charAt(at + i);
            char wanted = form.charAt(i);
            if (wanted == '0' ? !isDigit(c) : c != wanted && !(wanted == 'T' && c == 't')) {
                return false;
            }
        }
        return true;
    }

    private static int number(String text, int at) {
        return 10 * (text.charAt(at) - '0') + text.charAt(at + 1) - '0';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
