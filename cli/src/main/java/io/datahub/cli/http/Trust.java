package io.datahub.cli.http;

import io.datahub.cli.core.Failure;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** Which certificates of hubs are accepted: those that Java's authorities signed, or those of a file. */
public final class Trust {

    private final Optional<Path> authorities;
    private SSLSocketFactory factory;

    /** @param authorities a PEM file with certificates of authorities; Java's own if empty */
    public Trust(Optional<Path> authorities) {
        this.authorities = authorities;
    }

    Socket secure(Socket plain, Origin origin) throws IOException {
        SSLSocket socket = (SSLSocket) factory().createSocket(plain, origin.host(), origin.port(), true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private synchronized SSLSocketFactory factory() throws IOException {
        if (factory == null) {
            factory =
                    authorities.isPresent() ? of(authorities.get()) : (SSLSocketFactory) SSLSocketFactory.getDefault();
        }
        return factory;
    }

    private static SSLSocketFactory of(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + number++, certificate);
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context.getSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new Failure(
                    Failure.USAGE,
                    "the certificates in " + file + " can't be used (" + e.getMessage() + "): name a PEM file");
        }
    }
}
