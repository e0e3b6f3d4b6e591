package io.datahub.postgres;

import io.datahub.api.secret.SecretFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.postgresql.PGProperty;
import org.postgresql.ds.PGSimpleDataSource;

/** How the database is reached. */
final class PostgresSource {

    private static final String SCHEMA = "datahub";
    private static final int CONNECT_SECONDS = 3;
    private static final int SOCKET_SECONDS = 12;
    private static final int RECHECK_SECONDS = 1;

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
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setLoginTimeout(CONNECT_SECONDS + 2);
        source.setSocketTimeout(SOCKET_SECONDS);
        source.setTcpKeepAlive(true);
        source.setHostRecheckSeconds(RECHECK_SECONDS);
        source.setTargetServerType("primary");
        source.setApplicationName(hub.isEmpty() ? "datahub" : "datahub-" + hub);
        source.setCurrentSchema(SCHEMA);
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
            if (source.getProperty(PGProperty.SSL_MODE) == null) {
                source.setProperty(PGProperty.SSL_MODE, "verify-full");
            }
        }
        return source;
    }

    /** The servers, for messages: the URL without its properties, among which a password could be. */
    static String shown(String url) {
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }
}
