package io.datahub.http;

import java.time.DateTimeException;
import java.time.Instant;
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

    static String format(Instant time) {
        return DateGenerator.formatDate(time);
    }
}
