package io.datahub.console.access;

import io.datahub.api.log.LogText;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.rmi.NoSuchObjectException;
import java.rmi.RemoteException;
import java.rmi.registry.LocateRegistry;
import java.rmi.registry.Registry;
import java.rmi.server.RMIServerSocketFactory;
import java.rmi.server.RemoteServer;
import java.rmi.server.ServerNotActiveException;
import java.rmi.server.UnicastRemoteObject;
import java.util.Map;
import java.util.Set;
import javax.management.remote.JMXAuthenticator;
import javax.management.remote.JMXConnectorServer;
import javax.management.remote.JMXServiceURL;
import javax.management.remote.rmi.RMIConnectorServer;
import javax.security.auth.Subject;
import javax.security.auth.login.FailedLoginException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * JMX over RMI for administrators, who authenticate with their token. On loopback only, since RMI is not encrypted.
 * Registry and connector share one port, {@code service:jmx:rmi:///jndi/rmi://127.0.0.1:PORT/jmxrmi}. A connection is
 * closed when its user is no longer an administrator.
 */
@Component(
        service = {},
        configurationPid = "io.datahub.console",
        configurationPolicy = ConfigurationPolicy.OPTIONAL)
@Designate(ocd = JmxConfiguration.class)
public final class JmxEndpoint {

    private static final Logger LOG = LoggerFactory.getLogger(JmxEndpoint.class);
    private static final String LOOPBACK = "127.0.0.1";
    private static final RMIServerSocketFactory SOCKETS =
            port -> new ServerSocket(port, 0, InetAddress.getLoopbackAddress());

    private final Administrators administrators;
    private final Registry registry;
    private final RMIConnectorServer server;

    @Activate
    public JmxEndpoint(
            JmxConfiguration configuration, @Reference Authenticator authenticator, @Reference OpenLogins logins)
            throws IOException {
        administrators = new Administrators(authenticator);
        int port = configuration.jmx_port();
        if (port == 0) {
            registry = null;
            server = null;
            return;
        }
        System.setProperty("java.rmi.server.hostname", LOOPBACK);
        registry = registry(port);
        Map<String, Object> environment = Map.of(
                JMXConnectorServer.AUTHENTICATOR,
                (JMXAuthenticator) this::authenticate,
                RMIConnectorServer.CREDENTIALS_FILTER_PATTERN,
                "java.lang.String;!*");
        JmxServer rmiServer = new JmxServer(port, SOCKETS, environment, logins);
        server = new RMIConnectorServer(
                new JMXServiceURL("rmi", LOOPBACK, port),
                environment,
                rmiServer,
                ManagementFactory.getPlatformMBeanServer());
        server.start();
        registry.rebind("jmxrmi", rmiServer.toStub());
        LOG.info("event=console.jmx.started address={} port={}", LOOPBACK, port);
    }

    /** @throws IllegalStateException if the port can't be bound; the message says why and how to fix it */
    private static Registry registry(int port) {
        try {
            return LocateRegistry.createRegistry(port, null, SOCKETS);
        } catch (RemoteException e) {
            throw new IllegalStateException(
                    "JMX can't listen at " + LOOPBACK + ":" + port + " ("
                            + (e.getCause() == null ? e : e.getCause()).getMessage()
                            + "); stop the program that uses the port, or set another one in DATAHUB_JMX_PORT or in"
                            + " io.datahub.console.cfg",
                    e);
        }
    }

    private Subject authenticate(Object credentials) {
        if (credentials instanceof String[] userAndToken
                && userAndToken.length == 2
                && userAndToken[0] != null
                && userAndToken[1] != null) {
            try {
                Origin origin = new Origin("jmx", InetAddress.getByName(RemoteServer.getClientHost()), true);
                Login login = administrators.authenticate(userAndToken[0], userAndToken[1], origin);
                return new Subject(true, Administrators.principals(login), Set.of(login), Set.of());
            } catch (FailedLoginException | ServerNotActiveException | UnknownHostException e) {
                throw new SecurityException("login failed", e);
            }
        }
        throw new SecurityException("user name and token required");
    }

    @Deactivate
    void stop() {
        if (server != null) {
            try {
                server.stop();
                UnicastRemoteObject.unexportObject(registry, true);
            } catch (NoSuchObjectException e) {
                LOG.debug("event=console.jmx.already-stopped");
            } catch (IOException e) {
                LOG.warn("event=console.jmx.stop-failed reason={}", LogText.quoted(e.toString()));
            }
        }
    }
}
