package io.datahub.jetty;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The configuration of the HTTP server. */
@ObjectClassDefinition(name = "Datahub HTTP server", description = "Where HTTP listens and what it takes from clients.")
public @interface JettyConfiguration {

    @AttributeDefinition(description = "Address to listen at; 0.0.0.0 or :: for all")
    String host() default "127.0.0.1";

    @AttributeDefinition(
            description = "TCP port for plain HTTP, 1 to 65535; 0 takes a free one",
            min = "0",
            max = "65535")
    int port() default 8480;

    @AttributeDefinition(description = "PEM file with the server's certificate chain; empty for no TLS")
    String tls_cert() default "";

    @AttributeDefinition(description = "PEM file with the private key, without a password")
    String tls_key() default "";

    @AttributeDefinition(description = "TCP port for HTTPS, used when there is a certificate", min = "0", max = "65535")
    int tls_port() default 8443;

    @AttributeDefinition(description = "Whether clients are asked for a certificate, by which they can log in")
    boolean tls_clientCertificates() default true;

    @AttributeDefinition(
            description =
                    "Addresses and networks of proxies whose X-Forwarded-For, X-Forwarded-Proto, Forwarded and PROXY"
                            + " headers are believed, such as 127.0.0.1 or 10.0.0.0/8")
    String[] proxies() default {};

    @AttributeDefinition(
            description = "Origins of web pages that may write, and read answers, besides the hub's own, such as"
                    + " https://ci.example.org; * stands for every origin")
    String[] origins() default {};

    @AttributeDefinition(
            description =
                    "The names by which clients reach the hub, such as hub.example.org; requests for other names are"
                            + " answered 421. Empty for any; IP addresses and localhost always pass")
    String[] hostNames() default {};

    @AttributeDefinition(description = "How long a connection may be silent, in milliseconds, from 1000", min = "1000")
    long idleTimeoutMillis() default 30_000;

    @AttributeDefinition(
            description = "Size of all headers of a request together, in bytes, from 1024 to 1048576",
            min = "1024",
            max = "1048576")
    int maxHeaderBytes() default 16_384;

    @AttributeDefinition(description = "Threads at most, from 16", min = "16")
    int maxThreads() default 200;

    @AttributeDefinition(
            description = "How long requests in flight may go on when the hub stops, in milliseconds",
            min = "0",
            max = "60000")
    long stopTimeoutMillis() default 5_000;

    @AttributeDefinition(
            description = "How long a browser session may go without a request, in milliseconds, from 1000",
            min = "1000")
    long sessionIdleMillis() default 43_200_000;

    @AttributeDefinition(
            description = "How long a browser session lasts at most, in milliseconds, from 1000",
            min = "1000")
    long sessionMaxMillis() default 604_800_000;

    @AttributeDefinition(description = "Browser sessions at most, from 1", min = "1")
    int maxSessions() default 10_000;

    @AttributeDefinition(
            description = "Connections in all, from 1; at most two fifths of the process's descriptors",
            min = "1")
    int maxConnections() default 20_000;

    @AttributeDefinition(
            description = "Connections from one address, from 1; loopback and proxies are excepted",
            min = "1")
    int maxConnectionsPerAddress() default 1_000;

    @AttributeDefinition(
            description =
                    "Connections that no valid credentials were shown on, WebSockets included; the oldest gives way",
            min = "1")
    int maxUnauthenticated() default 2_000;

    @AttributeDefinition(
            description = "How long a request's head or a TLS handshake may take, in milliseconds",
            min = "100")
    long headMillis() default 10_000;
}
