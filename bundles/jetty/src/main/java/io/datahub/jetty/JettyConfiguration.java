package io.datahub.jetty;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the HTTP server. */
@ObjectClassDefinition(
        name = "Datahub HTTP server",
        description = "Listen addresses, TLS and limits of the HTTP server.")
public @interface JettyConfiguration {

    @AttributeDefinition(description = "Address to listen on; 0.0.0.0 or :: for all interfaces")
    String host() default "127.0.0.1";

    @AttributeDefinition(
            description = "TCP port for plain HTTP, 1 to 65535; 0 for any free port",
            min = "0",
            max = "65535")
    int port() default 8480;

    @AttributeDefinition(description = "PEM file with the server's certificate chain; empty to disable TLS")
    String tls_cert() default "";

    @AttributeDefinition(description = "PEM file with the private key, without a password")
    String tls_key() default "";

    @AttributeDefinition(
            description = "TCP port for HTTPS, used if a certificate is configured",
            min = "0",
            max = "65535")
    int tls_port() default 8443;

    @AttributeDefinition(description = "Whether clients are asked for a certificate with which they can authenticate")
    boolean tls_clientCertificates() default true;

    @AttributeDefinition(
            description = "Addresses and networks of proxies whose X-Forwarded-For, X-Forwarded-Proto,"
                    + " Forwarded and PROXY headers are trusted, such as 127.0.0.1 or 10.0.0.0/8")
    String[] proxies() default {};

    @AttributeDefinition(
            description = "Origins of web pages, besides the hub's own, that may write and read responses, such"
                    + " as https://ci.example.org; * allows every origin")
    String[] origins() default {};

    @AttributeDefinition(
            description = "Host names of the hub, such as hub.example.org; requests for other names are"
                    + " refused with 421. Empty to accept any; IP addresses and localhost are always" + " accepted")
    String[] hostNames() default {};

    @AttributeDefinition(description = "Idle timeout of a connection, in milliseconds, from 1000", min = "1000")
    long idleTimeoutMillis() default 30_000;

    @AttributeDefinition(
            description = "Maximum total size of the headers of a request, in bytes, from 1024 to 1048576",
            min = "1024",
            max = "1048576")
    int maxHeaderBytes() default 32_768;

    @AttributeDefinition(description = "Maximum number of threads, from 16", min = "16")
    int maxThreads() default 200;

    @AttributeDefinition(
            description = "How long to wait for requests in flight when the hub stops, in milliseconds",
            min = "0",
            max = "60000")
    long stopTimeoutMillis() default 5_000;

    @AttributeDefinition(description = "Idle timeout of a browser session, in milliseconds, from 1000", min = "1000")
    long sessionIdleMillis() default 43_200_000;

    @AttributeDefinition(
            description = "Maximum duration of a browser session, in milliseconds, from 1000",
            min = "1000")
    long sessionMaxMillis() default 604_800_000;

    @AttributeDefinition(description = "Maximum number of browser sessions, from 1", min = "1")
    int maxSessions() default 10_000;

    @AttributeDefinition(
            description = "Maximum number of connections, from 1; capped at two fifths of the process's file"
                    + " descriptors",
            min = "1")
    int maxConnections() default 20_000;

    @AttributeDefinition(
            description =
                    "Maximum number of connections from one address, from 1; loopback and proxies are" + " exempt",
            min = "1")
    int maxConnectionsPerAddress() default 1_000;

    @AttributeDefinition(
            description = "Maximum number of unauthenticated connections, including WebSockets; at the limit,"
                    + " the oldest is closed",
            min = "1")
    int maxUnauthenticated() default 2_000;

    @AttributeDefinition(description = "Timeout of a request head or a TLS handshake, in milliseconds", min = "100")
    long requestHeadTimeoutMillis() default 10_000;
}
