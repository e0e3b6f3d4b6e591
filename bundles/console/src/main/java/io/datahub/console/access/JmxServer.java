package io.datahub.console.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.rmi.server.RMIServerSocketFactory;
import java.util.Map;
import javax.management.remote.rmi.RMIConnection;
import javax.management.remote.rmi.RMIJRMPServerImpl;
import javax.security.auth.Subject;

/** JMX over RMI that closes a connection when its login is revoked. */
final class JmxServer extends RMIJRMPServerImpl {

    private final OpenLogins logins;

    JmxServer(int port, RMIServerSocketFactory sockets, Map<String, ?> environment, OpenLogins logins)
            throws IOException {
        super(port, null, sockets, environment);
        this.logins = logins;
    }

    @Override
    protected RMIConnection makeClient(String connectionId, Subject subject) throws IOException {
        RMIConnection connection = super.makeClient(connectionId, subject);
        logins.add(connection, subject, () -> close(connection));
        return connection;
    }

    @Override
    protected void closeClient(RMIConnection client) throws IOException {
        logins.remove(client);
        super.closeClient(client);
    }

    private static void close(RMIConnection connection) {
        try {
            connection.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
