package io.datahub.jetty;

import java.util.Comparator;
import java.util.List;

/**
 * Where a socket listens.
 *
 * @param host the address
 * @param port the port; 0 for a free one
 * @param certificate the PEM file with the certificate chain; empty for plain HTTP
 * @param key the PEM file with its key
 */
record Listening(String host, int port, String certificate, String key) implements Comparable<Listening> {

    private static final Comparator<Listening> PLAIN_FIRST = Comparator.comparing(Listening::certificate)
            .thenComparing(Listening::key)
            .thenComparing(Listening::host)
            .thenComparingInt(Listening::port);

    /** The sockets that the configuration asks for. */
    static List<Listening> of(JettyConfiguration configuration) {
        Listening plain = new Listening(configuration.host(), configuration.port(), "", "");
        return configuration.tls_cert().isBlank()
                ? List.of(plain)
                : List.of(
                        plain,
                        new Listening(
                                configuration.host(),
                                configuration.tls_port(),
                                configuration.tls_cert(),
                                configuration.tls_key()));
    }

    boolean isTls() {
        return !certificate.isEmpty();
    }

    @Override
    public int compareTo(Listening other) {
        return PLAIN_FIRST.compare(this, other);
    }
}
