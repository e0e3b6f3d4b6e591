package io.datahub.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.eclipse.jetty.http.DateGenerator;
import org.eclipse.jetty.http.HttpDateTime;

/** Dates in headers (RFC 9110, 5.6.7). */
final class HttpDate {

    private HttpDate() {}

    /** Reads a date; empty if there is none or it can't be read. */
    static Optional<Instant> parse(String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(HttpDateTime.parse(text).toInstant());
        } catch (IllegalArgumentException | DateTimeException e) {
            return Optional.empty();
        }
    }

    /**
     * The {@code Last-Modified} of a version: the first whole second at which it was there, so that no other version of that
     * second passes for it. Until that second is over it is the one before, which no condition takes for this version, and it
     * never is after {@code Date} (RFC 9110, 8.8.2.1).
     *
     * @param modified when it became this version
     * @param now when the request came
     */
    static String lastModified(Instant modified, Instant now) {
        Instant floor = modified.truncatedTo(ChronoUnit.SECONDS);
        Instant ceiling = floor.equals(modified) ? modified : floor.plusSeconds(1);
        Instant told = ceiling.isBefore(now.minusSeconds(1)) ? ceiling : floor;
        return DateGenerator.formatDate(told.isAfter(now) ? now : told);
    }
}
