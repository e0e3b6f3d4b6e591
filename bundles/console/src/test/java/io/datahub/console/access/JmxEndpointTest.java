package io.datahub.console.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.user.User;
import java.io.IOException;
import java.lang.annotation.Annotation;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.Set;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Uses Java's own JMX client. */
class JmxEndpointTest {

    private final KnownAdministrators users = new KnownAdministrators();
    private final OpenLogins logins = new OpenLogins();
    private int port;
    private JmxEndpoint jmx;

    @BeforeEach
    void start() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        jmx = new JmxEndpoint(configuration(port), users, logins);
        users.roles.put("ann", Set.of(User.ADMIN));
        users.roles.put("bob", Set.of(User.ADMIN));
    }

    @AfterEach
    void stop() {
        jmx.stop();
    }

    @Test
    void shouldCloseTheConnectionOfAUserWhoIsNoLongerAnAdministrator() throws IOException {
        MBeanServerConnection ann = connect("ann").getMBeanServerConnection();
        MBeanServerConnection bob = connect("bob").getMBeanServerConnection();
        assertThat(ann.getMBeanCount()).isPositive();
        users.roles.put("ann", Set.of(User.MONITOR));
        logins.usersChanged(users);
        assertThatThrownBy(ann::getMBeanCount).isInstanceOf(IOException.class);
        assertThat(bob.getMBeanCount()).isPositive();
        assertThatThrownBy(() -> connect("ann")).isInstanceOf(SecurityException.class);
    }

    @Test
    void shouldNameThePortThatIsInUseAndTheRemedy() {
        assertThatThrownBy(() -> new JmxEndpoint(configuration(port), users, logins))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(":" + port)
                .hasMessageContaining("DATAHUB_JMX_PORT");
    }

    @SuppressWarnings("BanJNDI") // the server is this test's own
    private JMXConnector connect(String user) throws IOException {
        return JMXConnectorFactory.connect(
                new JMXServiceURL("service:jmx:rmi:///jndi/rmi://127.0.0.1:" + port + "/jmxrmi"),
                Map.of(JMXConnector.CREDENTIALS, new String[] {user, user}));
    }

    private static JmxConfiguration configuration(int port) {
        return new JmxConfiguration() {
            @Override
            public int jmx_port() {
                return port;
            }

            @Override
            public Class<? extends Annotation> annotationType() {
                return JmxConfiguration.class;
            }
        };
    }
}
