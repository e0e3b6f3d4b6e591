package io.datahub.jetty.authentication;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.user.Credentials;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLSession;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Request;

/**
 * The client certificate that was verified in the TLS handshake. Its issuer doesn't matter: the users file identifies
 * each certificate by its hash.
 */
final class ClientCertificate {

    private static final String HASH = ClientCertificate.class.getName();

    private ClientCertificate() {}

    /** The certificate; empty if there is none, refused if it is expired or not yet valid. */
    static Optional<Result<Credentials>> of(Request request) {
        if (!(request.getAttribute(EndPoint.SslSessionData.ATTRIBUTE) instanceof EndPoint.SslSessionData tls)
                || tls.peerCertificates() == null
                || tls.peerCertificates().length == 0) {
            return Optional.empty();
        }
        X509Certificate certificate = tls.peerCertificates()[0];
        try {
            certificate.checkValidity();
            return Optional.of(Result.done(new Credentials.Certificate(sha256(certificate, tls.sslSession()))));
        } catch (CertificateExpiredException e) {
            return refuse("the client certificate expired on "
                    + certificate.getNotAfter().toInstant());
        } catch (CertificateNotYetValidException e) {
            return refuse("the client certificate isn't valid before "
                    + certificate.getNotBefore().toInstant());
        } catch (CertificateEncodingException e) {
            return refuse("the client certificate can't be encoded");
        }
    }

    private static Optional<Result<Credentials>> refuse(String detail) {
        return Optional.of(Result.refused(Reason.UNAUTHENTICATED, detail));
    }

    /** Computed once per TLS session and cached there. */
    private static String sha256(X509Certificate certificate, SSLSession session) throws CertificateEncodingException {
        if (session != null && session.getValue(HASH) instanceof String known) {
            return known;
        }
        String hash = Sha256.hex(certificate.getEncoded());
        if (session != null) {
            session.putValue(HASH, hash);
        }
        return hash;
    }
}
