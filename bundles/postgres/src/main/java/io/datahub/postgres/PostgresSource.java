package io.datahub.postgres;

import io.datahub.api.secret.SecretFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/** How the database is reached. */
final class PostgresSource {

    private static final String SCHEMA = "datahub";

    private static final String HIDDEN = "a URL with a user before the servers";

    private PostgresSource() {}

    /**
     * A source of connections to the primary. Properties of the URL prevail, but for the passwords.
     *
     * @param url {@code jdbc:postgresql://...}
     * @param hub the name of this hub; may be empty
     * @throws IOException if a secret can't be read
     * @throws IllegalArgumentException if the URL has another form
     */
    static PGSimpleDataSource create(String url, SecretFiles secrets, String hub) throws IOException {
        String servers = shown(url); // the driver would log a password before the servers as a port
        Properties given = servers.equals(HIDDEN) ? null : Driver.parseURL(url, null);
        if (given == null) {
            throw new IllegalArgumentException(
                    "ledger must have the form jdbc:postgresql://HOST[:PORT][,HOST[:PORT]]/DATABASE, not " + servers);
        }
        PGSimpleDataSource source = new PGSimpleDataSource();
        for (Map.Entry<PGProperty, String> each : defaults(hub).entrySet()) {
            if (!given.containsKey(each.getKey().getName())) { // what is set before the URL would prevail
                source.setProperty(each.getKey(), each.getValue());
            }
        }
        source.setURL(url);
        Optional<String> user = secrets.text("ledger.user");
        if (user.isPresent()) {
            source.setUser(user.get());
        }
        Optional<String> password = secrets.text("ledger.password");
        if (password.isPresent()) {
            source.setPassword(password.get());
        }
        Optional<Path> authorities = secrets.file("ledger.ca.pem");
        if (authorities.isPresent()) {
            source.setProperty(PGProperty.SSL_ROOT_CERT, authorities.get().toString());
            if (!given.containsKey(PGProperty.SSL_MODE.getName())) {
                source.setProperty(PGProperty.SSL_MODE, "verify-full");
            }
        }
        return source;
    }

    private static Map<PGProperty, String> defaults(String hub) {
        return Map.of(
                PGProperty.CONNECT_TIMEOUT, "3",
                PGProperty.LOGIN_TIMEOUT, "5",
                PGProperty.SOCKET_TIMEOUT, "12",
                PGProperty.TCP_KEEP_ALIVE, "true",
                PGProperty.HOST_RECHECK_SECONDS, "1",
                PGProperty.TARGET_SERVER_TYPE, "primary",
                PGProperty.APPLICATION_NAME, hub.isEmpty() ? "datahub" : "datahub-" + hub,
                PGProperty.CURRENT_SCHEMA, SCHEMA);
    }

    /** The servers, for messages: the URL without its properties, among which a password could be. */
    static String shown(String url) {
        int query = url.indexOf('?');
        String servers = query < 0 ? url : url.substring(0, query);
        return servers.contains("@") ? HIDDEN : servers;
    }
}
