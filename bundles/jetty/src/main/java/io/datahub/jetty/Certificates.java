package io.datahub.jetty;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CRL;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.TrustManager;
import org.eclipse.jetty.http2.HTTP2Cipher;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate and key of one TLS socket, read again when their files change. Connections that are open keep what they
 * began with. For one thread at a time.
 */
final class Certificates {

    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);

    private static final Duration WARN_EVERY = Duration.ofDays(1);

    private final Path certificate;
    private final Path key;
    private final SslContextFactory.Server tls = new Acquainted();
    private List<String> seen;
    private boolean retry;
    private volatile String fault = "";
    private volatile Expiry expiry;
    private volatile Instant warned = Instant.EPOCH;

    /**
     * Reads them.
     *
     * @param asksClients whether clients are asked for a certificate; they need not have one
     * @throws IllegalStateException if they can't be used
     */
    Certificates(Path certificate, Path key, boolean asksClients) {
        this.certificate = certificate;
        this.key = key;
        tls.setSniRequired(false);
        tls.setCipherComparator(HTTP2Cipher.COMPARATOR);
        tls.setIncludeProtocols("TLSv1.2", "TLSv1.3");
        tls.setKeyStorePassword("");
        tls.setWantClientAuth(asksClients);
        seen = state();
        try {
            KeyStore store = Pem.read(certificate, key);
            tls.setKeyStore(store);
            expiry = Expiry.of(store);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(
                    "HTTPS can't start (%s); set DATAHUB_TLS_CERT and DATAHUB_TLS_KEY, or tls.cert and tls.key in io.datahub.jetty.cfg, to readable PEM files"
                            .formatted(e.getMessage()),
                    e);
        }
    }

    /** Takes any client certificate: the users file says whose it is. */
    private static final class Acquainted extends SslContextFactory.Server {
        @Override
        protected TrustManager[] getTrustManagers(KeyStore store, Collection<? extends CRL> revoked) {
            return TRUST_ALL_CERTS;
        }
    }

    SslContextFactory.Server tls() {
        return tls;
    }

    /** Why the files as they are now aren't in use, or that the certificate expires; empty if nothing is wrong. */
    String fault() {
        String warning = expiry.warning(Instant.now());
        return fault.isEmpty() && !warning.isEmpty() ? "the certificate in " + certificate + " " + warning : fault;
    }

    /** Logs once a day that the certificate expires. */
    private void warn() {
        Instant now = Instant.now();
        String warning = expiry.warning(now);
        if (!warning.isEmpty() && warned.isBefore(now.minus(WARN_EVERY))) {
            warned = now;
            LOG.warn("event=certificate-expires file={}; it {}", certificate, warning);
        }
    }

    /**
     * Takes the files if they have changed and can be used; else what is in use stays. Files that can't be used are read once
     * more at the next call before they are reported: certificate and key are replaced one after the other.
     */
    void refresh() {
        warn();
        List<String> now = state();
        boolean changed = !now.equals(seen);
        if (!changed && !retry) {
            return;
        }
        seen = now;
        retry = false;
        try {
            var store = Pem.read(certificate, key);
            tls.reload(replaced -> replaced.setKeyStore(store));
            expiry = Expiry.of(store);
            warned = Instant.EPOCH;
            fault = "";
            LOG.info("certificate taken file={}", certificate);
        } catch (Exception e) {
            if (changed) {
                retry = true;
                return;
            }
            fault = "the changed certificate isn't in use: " + e.getMessage();
            LOG.error("{}; the one before stays until the files are right", fault);
        }
    }

    /** What tells one state of the files from another: links are followed, since certificates are often renewed by them. */
    private List<String> state() {
        return List.of(state(certificate), state(key));
    }

    private static String state(Path file) {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return found.fileKey() + " " + found.size() + " " + found.lastModifiedTime();
        } catch (IOException e) {
            return e.toString();
        }
    }
}
