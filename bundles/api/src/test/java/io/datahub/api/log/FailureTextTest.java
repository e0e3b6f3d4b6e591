package io.datahub.api.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailureTextTest {

    static Stream<Arguments> failures() {
        Exception untrusted =
                new CertPathBuilderException("unable to find valid certification path to requested target");
        return Stream.of(
                Arguments.of(new ConnectException("Connection refused"), "connection refused"),
                Arguments.of(
                        new ConnectException().initCause(new ClosedChannelException()),
                        "there is no connection to the server"),
                Arguments.of(
                        new IOException(
                                "HEAD http://store/: null",
                                new ConnectException()
                                        .initCause(new ConnectException().initCause(new UnresolvedAddressException()))),
                        "HEAD http://store/: the name of the server can't be resolved"),
                Arguments.of(new SocketTimeoutException("Connect Timeout"), "the connection timed out"),
                Arguments.of(new TimeoutException("Total timeout 15000 ms elapsed"), "there was no answer in time"),
                Arguments.of(
                        new UnknownHostException("ci.example: Name or service not known"),
                        "the name ci.example can't be resolved"),
                Arguments.of(new EOFException("HttpConnectionOverHTTP@1"), "the connection was closed"),
                Arguments.of(
                        new SSLHandshakeException("PKIX path building failed: " + untrusted).initCause(untrusted),
                        "the certificate isn't signed by an authority that the hub trusts"),
                Arguments.of(
                        new SSLHandshakeException("No subject")
                                .initCause(new CertificateException("No name matching x found")),
                        "no name matching x found"),
                Arguments.of(
                        new SSLHandshakeException("validity check failed")
                                .initCause(new CertificateExpiredException("NotAfter: Mon Nov 23")),
                        "the certificate has expired"),
                Arguments.of(new IOException("Read channel closed."), "read channel closed"),
                Arguments.of(new NoSuchFileException("/etc/hook.secret"), "/etc/hook.secret doesn't exist"),
                Arguments.of(new AccessDeniedException("/etc/hook.secret"), "/etc/hook.secret: permission denied"),
                Arguments.of(new FileSystemException("/etc", null, "Is a directory"), "/etc: Is a directory"),
                Arguments.of(new MalformedInputException(1), "it isn't UTF-8"),
                Arguments.of(new IOException("TLS is required"), "TLS is required"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void shouldSayWhatHasFailed(Throwable failure, String expected) {
        assertEquals(expected, FailureText.of(failure));
    }

    @Test
    void shouldNameTheCauseInPlaceOfWhatWrapsIt() {
        assertEquals(
                "connection refused",
                FailureText.of(new ExecutionException(new IOException(new ConnectException("Connection refused")))));
    }

    @Test
    void shouldKeepWhatTheFailureIsAbout() {
        IOException refused = new ConnectException("Connection refused");
        IOException request = new IOException("HEAD http://store/: " + refused.getMessage(), refused);
        assertEquals("HEAD http://store/: connection refused", FailureText.of(request));
        assertEquals(
                "the blobs can't be read: HEAD http://store/: connection refused",
                FailureText.of(new IOException("the blobs can't be read: " + request.getMessage(), request)));
        assertEquals(
                "port 80 can't be bound (connection refused); set another",
                FailureText.of(new IOException(
                        "port 80 can't be bound (" + refused.getMessage() + "); set another", refused)));
        NoSuchFileException missing = new NoSuchFileException("/etc/ca.pem");
        assertEquals(
                "it can't be read: /etc/ca.pem doesn't exist",
                FailureText.of(new IOException("it can't be read: " + FailureText.of(missing), missing)));
    }

    @Test
    void shouldNotTakeTheEndOfAFileForThatOfAConnection() {
        IOException end = new EOFException("not enough content");
        CertificateException invalid = new CertificateException("Unable to initialize, " + end, end);
        assertEquals("unable to initialize", FailureText.of(invalid));
        assertEquals(
                "hub.crt contains an invalid certificate: unable to initialize",
                FailureText.of(new CertificateException(
                        "hub.crt contains an invalid certificate: " + invalid.getMessage(), invalid)));
        assertEquals("the connection was closed", FailureText.of(new IOException(end)));
        assertEquals(
                "the connection was closed",
                FailureText.of(new IOException("HTTP/1.1 header parser received no bytes", end)));
    }

    @Test
    void shouldLeaveOutTheNameOfAnException() {
        assertEquals("no room", FailureText.of(new IOException("java.io.IOException: no room")));
        assertEquals("an unexpected failure; the log has the reason", FailureText.of(new IllegalStateException()));
        assertEquals(
                "an unexpected failure; the log has the reason",
                FailureText.of(new IOException(new IllegalStateException())));
    }
}
