package io.datahub.jetty.tls;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * The validity of a certificate chain (RFC 5280, 4.1.2.5): that of the certificate that expires first.
 *
 * @param from start of the validity
 * @param to end of the validity
 */
record CertificateValidity(Instant from, Instant to) {

    /** How long before expiry to warn; a third of the validity if that is shorter. */
    private static final Duration WARNING = Duration.ofDays(30);

    static CertificateValidity of(KeyStore store) throws GeneralSecurityException {
        Instant from = Instant.MIN;
        Instant to = Instant.MAX;
        for (Certificate certificate : store.getCertificateChain(store.aliases().nextElement())) {
            Instant start = ((X509Certificate) certificate).getNotBefore().toInstant();
            Instant end = ((X509Certificate) certificate).getNotAfter().toInstant();
            if (end.isBefore(to)) {
                from = start;
                to = end;
            }
        }
        return new CertificateValidity(from, to);
    }

    /** The warning for the operator at that time; empty if there is nothing to do. */
    String warning(Instant now) {
        Duration third = Duration.between(from, to).dividedBy(3);
        Instant start = to.minus(third.compareTo(WARNING) < 0 ? third : WARNING);
        if (now.isBefore(from)) {
            return "isn't valid before " + from.truncatedTo(ChronoUnit.SECONDS) + "; check the clock, or replace it";
        }
        if (now.isBefore(start)) {
            return "";
        }
        String end = to.truncatedTo(ChronoUnit.SECONDS).toString();
        long days = Duration.between(now, to).toDays();
        return now.isAfter(to)
                ? "expired on " + end + "; clients reject it, so renew it"
                : "expires on " + end + ", in " + days + (days == 1 ? " day" : " days") + "; renew it";
    }
}
