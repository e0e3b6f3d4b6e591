package io.datahub.jetty.connections;

import io.datahub.jetty.JettyConfiguration;
import java.util.Comparator;
import java.util.List;

/**
 * The address, port and TLS files of a socket.
 *
 * @param host the address
 * @param port the port; 0 for a free one
 * @param certificate the PEM file with the certificate chain; empty for plain HTTP
 * @param key the PEM file with the private key
 */
public record ListenAddress(String host, int port, String certificate, String key)
        implements Comparable<ListenAddress> {

    private static final Comparator<ListenAddress> PLAIN_FIRST = Comparator.comparing(ListenAddress::certificate)
            .thenComparing(ListenAddress::key)
            .thenComparing(ListenAddress::host)
            .thenComparingInt(ListenAddress::port);

    /** The sockets that the configuration requires. */
    public static List<ListenAddress> of(JettyConfiguration configuration) {
        ListenAddress plain = new ListenAddress(configuration.host(), configuration.port(), "", "");
        return configuration.tls_cert().isBlank()
                ? List.of(plain)
                : List.of(
                        plain,
                        new ListenAddress(
                                configuration.host(),
                                configuration.tls_port(),
                                configuration.tls_cert(),
                                configuration.tls_key()));
    }

    public boolean isTls() {
        return !certificate.isEmpty();
    }

    @Override
    public int compareTo(ListenAddress other) {
        return PLAIN_FIRST.compare(this, other);
    }
}
