package io.datahub.jetty.web;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.eclipse.jetty.http.DateGenerator;
import org.eclipse.jetty.http.HttpDateTime;

/** Dates in headers (RFC 9110, 5.6.7). */
public final class HttpDate {

    private HttpDate() {}

    /** Parses a date; empty if it is absent or malformed. */
    public static Optional<Instant> parse(String text) {
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
     * The {@code Last-Modified} of a version: its modification time rounded up to a full second, so that it cannot be
     * confused with another version of the same second. Until that second has passed, the time is rounded down, which
     * no condition accepts for this version. It is never later than {@code Date} (RFC 9110, 8.8.2.1).
     *
     * @param modified when this version was created
     * @param now when the request was received
     */
    public static String lastModified(Instant modified, Instant now) {
        Instant floor = modified.truncatedTo(ChronoUnit.SECONDS);
        Instant ceiling = floor.equals(modified) ? modified : floor.plusSeconds(1);
        Instant candidate = ceiling.isBefore(now.minusSeconds(1)) ? ceiling : floor;
        return DateGenerator.formatDate(candidate.isAfter(now) ? now : candidate);
    }
}
