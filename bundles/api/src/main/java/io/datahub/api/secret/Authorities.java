package io.datahub.api.secret;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/** The authorities that sign the certificates of other servers: those that Java trusts, and those in a file. */
public final class Authorities {

    private Authorities() {}

    /**
     * TLS that trusts the authorities of Java, and those in a file if one is given. Whether a certificate has the name of the server is for
     * the client to check.
     *
     * @param file certificates in PEM; empty for none besides those of Java
     * @return a context for clients
     * @throws IOException if the file can't be read, or contains no certificates
     */
    public static SSLContext trusting(Optional<Path> file) throws IOException {
        try {
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, file.isEmpty() ? null : new TrustManager[] {both(file.get())}, null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IOException("TLS can't be set up: " + e.getMessage(), e);
        }
    }

    private static X509TrustManager both(Path file) throws IOException, GeneralSecurityException {
        KeyStore store = SecretFiles.store(file);
        for (X509Certificate authority : manager(null).getAcceptedIssuers()) {
            store.setCertificateEntry("java-" + store.size(), authority);
        }
        return manager(store);
    }

    /** @param store the trusted certificates; null for those of Java */
    private static X509TrustManager manager(KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }
}
