package io.datahub.jetty.tls;

import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
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
 * The certificate and key of one TLS socket, reloaded when their files change. Open connections keep the certificate
 * that they were opened with. Not thread-safe.
 */
public final class Certificates {

    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);

    private static final Duration WARN_EVERY = Duration.ofDays(1);

    private final Path certificate;
    private final Path key;
    private final SslContextFactory.Server tls = new Acquainted();
    private List<String> lastState;
    private boolean retry;
    private volatile String fault = "";
    private volatile CertificateValidity expiry;
    private volatile Instant lastWarning = Instant.EPOCH;

    /**
     * Loads the certificate and the key.
     *
     * @param requestsClientCertificates whether clients are asked for a certificate; it is optional for them
     * @throws IllegalStateException if they can't be used
     */
    public Certificates(Path certificate, Path key, boolean requestsClientCertificates) {
        this.certificate = certificate;
        this.key = key;
        tls.setSniRequired(false);
        tls.setCipherComparator(HTTP2Cipher.COMPARATOR);
        tls.setIncludeProtocols("TLSv1.2", "TLSv1.3");
        tls.setKeyStorePassword("");
        tls.setWantClientAuth(requestsClientCertificates);
        lastState = state();
        try {
            KeyStore store = Pem.read(certificate, key);
            tls.setKeyStore(store);
            expiry = CertificateValidity.of(store);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException(
                    ("HTTPS can't start (%s); set DATAHUB_TLS_CERT and DATAHUB_TLS_KEY, or tls.cert and tls.key in "
                                    + "io.datahub.jetty.cfg, to readable PEM files")
                            .formatted(FailureText.of(e)),
                    e);
        }
    }

    /** Accepts any client certificate: the users file maps it to a user. */
    private static final class Acquainted extends SslContextFactory.Server {
        @Override
        protected TrustManager[] getTrustManagers(KeyStore store, Collection<? extends CRL> revoked) {
            return TRUST_ALL_CERTS;
        }
    }

    public SslContextFactory.Server tls() {
        return tls;
    }

    /** Why the current files aren't in use, or a warning that the certificate expires; empty if nothing is wrong. */
    public String fault() {
        String warning = expiry.warning(Instant.now());
        return fault.isEmpty() && !warning.isEmpty() ? "the certificate in " + certificate + " " + warning : fault;
    }

    /** Logs once a day that the certificate expires. */
    private void warn() {
        Instant now = Instant.now();
        String warning = expiry.warning(now);
        if (!warning.isEmpty() && lastWarning.isBefore(now.minus(WARN_EVERY))) {
            lastWarning = now;
            LOG.warn(
                    "event=http.certificate.expiring file={} reason={}",
                    LogText.quoted(certificate),
                    LogText.quoted("the certificate " + warning));
        }
    }

    /**
     * Reloads the files if they have changed and are valid; otherwise the loaded certificate stays in use. Invalid
     * files are read once more at the next call before an error is reported, because certificate and key are replaced
     * one after the other.
     */
    public void refresh() {
        warn();
        List<String> now = state();
        boolean changed = !now.equals(lastState);
        if (!changed && !retry) {
            return;
        }
        lastState = now;
        retry = false;
        try {
            var store = Pem.read(certificate, key);
            tls.reload(replaced -> replaced.setKeyStore(store));
            expiry = CertificateValidity.of(store);
            lastWarning = Instant.EPOCH;
            fault = "";
            LOG.info("event=http.certificate.loaded file={}", LogText.quoted(certificate));
        } catch (Exception e) {
            if (changed) {
                retry = true;
                return;
            }
            fault = "the changed certificate isn't valid, so the previous one stays in use: " + FailureText.of(e);
            LOG.error(
                    "event=http.certificate.invalid file={} reason={}",
                    LogText.quoted(certificate),
                    LogText.quoted(fault));
        }
    }

    /**
     * Identifies a version of the files. Symbolic links are followed, since certificates are often renewed by replacing
     * the link.
     */
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
