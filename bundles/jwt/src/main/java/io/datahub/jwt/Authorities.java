package io.datahub.jwt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The authorities that sign the certificates of issuers: those that Java trusts, and those in a file. */
final class Authorities {

    private Authorities() {}

    /**
     * TLS that trusts these authorities.
     *
     * @param file certificates in PEM; empty for none besides those of Java
     * @throws IllegalArgumentException if the file can't be read; the message states why
     */
    static SSLContext trusting(String file) {
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, file.isBlank() ? null : new TrustManager[] {manager(Path.of(file.strip()))}, null);
            return tls;
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalArgumentException("authorities: " + file + " can't be read: " + e, e);
        }
    }

    private static X509TrustManager manager(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (X509Certificate issuer : find(null).getAcceptedIssuers()) {
            store.setCertificateEntry("java-" + store.size(), issuer);
        }
        try (InputStream bytes = Files.newInputStream(file)) {
            for (Certificate added : CertificateFactory.getInstance("X.509").generateCertificates(bytes)) {
                store.setCertificateEntry("file-" + store.size(), added);
            }
        }
        return find(store);
    }

    /** @param store the trusted certificates; null for those of Java */
    private static X509TrustManager find(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
