package io.datahub.api.secret;

import io.datahub.api.log.FailureText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A folder with one file for each secret, so that no secret is part of a configuration. Files are read on each call: a
 * changed one counts from the next call on. Thread-safe.
 */
public final class SecretFiles {

    private final Optional<Path> folder;

    /**
     * Secrets in a folder.
     *
     * @param folder the path of the folder; if it is empty, there are no secrets
     */
    public SecretFiles(String folder) {
        this.folder = folder.isBlank() ? Optional.empty() : Optional.of(Path.of(folder.strip()));
    }

    /**
     * The path of a secret, for a library that reads the file itself.
     *
     * @param name the name of the file
     * @return the path; empty if there is no such file
     */
    public Optional<Path> file(String name) {
        return folder.map(path -> path.resolve(name)).filter(Files::exists);
    }

    /**
     * The text of a secret, without white space at either end.
     *
     * @param name the name of the file
     * @return the text; empty if there is no such file
     * @throws IOException if the file can't be read
     */
    public Optional<String> text(String name) throws IOException {
        Optional<Path> file = file(name);
        try {
            return file.isPresent() ? Optional.of(Files.readString(file.get()).strip()) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    /**
     * The text of a secret that must exist.
     *
     * @param name the name of the file
     * @return the text, without white space at either end
     * @throws IOException if there is no such file, or it can't be read
     */
    public String required(String name) throws IOException {
        return text(name)
                .orElseThrow(() -> new IOException("there is no file " + name + " in "
                        + folder.map(Path::toString).orElse("the folder of the key secrets, which isn't set")));
    }

    /**
     * The authorities whose certificates are in a file.
     *
     * @param name the name of a file with certificates of authorities in PEM
     * @return a store of trusted certificates; empty if there is no such file, so that the authorities of the Java
     *     runtime are trusted
     * @throws IOException if the file can't be read, or contains no certificates
     */
    public Optional<KeyStore> authorities(String name) throws IOException {
        Optional<Path> file = file(name);
        return file.isPresent() ? Optional.of(store(file.get())) : Optional.empty();
    }

    static KeyStore store(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (Certificate authority : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + store.size(), authority);
            }
            if (store.size() == 0) {
                throw new CertificateException("it contains none");
            }
            return store;
        } catch (GeneralSecurityException e) {
            throw new IOException(file + " must contain certificates in PEM: " + FailureText.of(e), e);
        }
    }

    /**
     * TLS that trusts the certificates of a file, and no others. Whether a certificate has the name of the server is for
     * the client to check.
     *
     * @param name the name of a file with certificates of authorities in PEM
     * @return a context for clients; empty if there is no such file, so that the authorities of the Java runtime are
     *     trusted
     * @throws IOException if the file can't be read, or contains no certificates
     */
    public Optional<SSLContext> trusting(String name) throws IOException {
        Optional<KeyStore> authorities = authorities(name);
        if (authorities.isEmpty()) {
            return Optional.empty();
        }
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(authorities.get());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return Optional.of(context);
        } catch (GeneralSecurityException e) {
            throw new IOException("this Java runtime has no TLS: " + e.getMessage(), e);
        }
    }
}
