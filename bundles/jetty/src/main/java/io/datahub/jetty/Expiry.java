package io.datahub.jetty;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * How long a chain of certificates is valid (RFC 5280, 4.1.2.5): as long as the first of them to expire.
 *
 * @param from since when
 * @param to until when
 */
record Expiry(Instant from, Instant to) {

    /** How long before its end a certificate is warned of, or for the last third of its life where that is shorter. */
    private static final Duration WARNING = Duration.ofDays(30);

    static Expiry of(KeyStore store) throws GeneralSecurityException {
        Instant from = Instant.MIN;
        Instant to = Instant.MAX;
        for (Certificate one : store.getCertificateChain(store.aliases().nextElement())) {
            Instant begin = ((X509Certificate) one).getNotBefore().toInstant();
            Instant end = ((X509Certificate) one).getNotAfter().toInstant();
            if (end.isBefore(to)) {
                from = begin;
                to = end;
            }
        }
        return new Expiry(from, to);
    }

    /** What to tell the operator at that time; empty while there is nothing to do. */
    String warning(Instant now) {
        Duration third = Duration.between(from, to).dividedBy(3);
        Instant begin = to.minus(third.compareTo(WARNING) < 0 ? third : WARNING);
        if (now.isBefore(from)) {
            return "isn't valid before " + from.truncatedTo(ChronoUnit.SECONDS) + "; check the clock, or replace it";
        }
        if (now.isBefore(begin)) {
            return "";
        }
        String end = to.truncatedTo(ChronoUnit.SECONDS).toString();
        long days = Duration.between(now, to).toDays();
        return now.isAfter(to)
                ? "has expired, on " + end + "; clients refuse it, so renew it"
                : "expires on " + end + ", in " + days + (days == 1 ? " day" : " days") + "; renew it";
    }
}
