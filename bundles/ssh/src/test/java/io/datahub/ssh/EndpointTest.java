package io.datahub.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.user.Credentials;
import io.datahub.api.user.SshPublicKey;
import io.datahub.api.user.User;
import io.datahub.ssh.session.ChannelHandlers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannel;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.kex.KexProposalOption;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.net.SshdSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EndpointTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private Path state;

    private TestEndpoint hub;

    @BeforeEach
    void start() {
        hub = newHub();
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private TestEndpoint newHub(Object... settings) {
        return new TestEndpoint(state, new ChannelHandlers(List.of(), List.of()), settings);
    }

    private void restart(Object... settings) {
        hub.close();
        hub = newHub(settings);
    }

    @Test
    void aTokenIsAPassword() throws Exception {
        try (ClientSession session = hub.login()) {
            assertThat(session.isAuthenticated()).isTrue();
            assertThat(hub.broker.sessions()).singleElement().satisfies(shown -> {
                assertThat(shown.login().user().name()).isEqualTo("ops");
                assertThat(shown.login().origin().transport()).isEqualTo("ssh");
                assertThat(shown.login().origin().confidential()).isTrue();
                assertThat(shown.login().origin().local()).isTrue();
            });
        }
        await().until(() ->
                hub.broker.sessions().isEmpty() && hub.endpoint().connections().count() == 0);
    }

    @Test
    void aWrongTokenIsRefused() {
        assertThatThrownBy(() -> hub.login("ops", "wrong")).isInstanceOf(SshException.class);
        assertThatThrownBy(() -> hub.login("other", "ops-token")).isInstanceOf(SshException.class);
        assertThat(hub.broker.sessions()).isEmpty();
    }

    @Test
    void theAnswerToAFailureIsDelayed() throws Exception {
        hub.users.delayFailures("ops", Duration.ofHours(1));
        ClientSession failing = hub.connect("ops");
        failing.addPasswordIdentity("wrong");
        failing.auth();
        await().until(() -> hub.users.attempts() > 0);
        try (ClientSession session = hub.login()) {
            assertThat(session.isAuthenticated()).isTrue();
        }
        assertThat(failing.isAuthenticated()).isFalse();
        assertThat(failing.isOpen()).isTrue();
    }

    @Test
    void keysOfAllTypesLogIn() throws Exception {
        for (KeyPair pair : List.of(ed25519(), generated("RSA", 2_048), generated("EC", 256), generated("EC", 521))) {
            hub.users.with("ops", new Credentials.SshKey(Optional.empty(), publicKey(pair)));
            try (ClientSession session = hub.connect("ops")) {
                session.addPublicKeyIdentity(pair);
                session.auth().verify(TIMEOUT);
                assertThat(session.isAuthenticated())
                        .as(pair.getPublic().getAlgorithm())
                        .isTrue();
            }
        }
    }

    @Test
    void aKeyThatIsOnlyOfferedIsNoFailure() throws Exception {
        KeyPair listed = ed25519();
        hub.users.with("ops", new Credentials.SshKey(Optional.empty(), publicKey(listed)));
        try (ClientSession session = hub.connect("ops")) {
            for (int i = 0; i < 6; i++) {
                session.addPublicKeyIdentity(ed25519());
            }
            session.addPublicKeyIdentity(listed);
            session.auth().verify(TIMEOUT);
        }
        assertThat(hub.users.attempts()).isEqualTo(1);
    }

    @Test
    void aWrongSignatureIsAFailure() throws Exception {
        KeyPair listed = ed25519();
        hub.users.with("ops", new Credentials.SshKey(Optional.empty(), publicKey(listed)));
        try (ClientSession session = hub.connect("ops")) {
            session.addPublicKeyIdentity(
                    new KeyPair(listed.getPublic(), ed25519().getPrivate()));
            assertThatThrownBy(() -> session.auth().verify(TIMEOUT)).isInstanceOf(SshException.class);
        }
        assertThat(hub.users.attempts()).isEqualTo(1);
        assertThat(hub.broker.sessions()).isEmpty();
    }

    private static KeyPair ed25519() throws Exception {
        return KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, 256);
    }

    private static KeyPair generated(String algorithm, int bits) throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    private static SshPublicKey publicKey(KeyPair pair) throws IOException {
        return SshPublicKey.parse(PublicKeyEntry.toString(pair.getPublic()));
    }

    @Test
    void offersCurrentAlgorithms() throws Exception {
        try (ClientSession session = hub.login()) {
            var offered = session.getServerKexProposals();
            assertThat(offered.get(KexProposalOption.ALGORITHMS)).contains("mlkem768x25519-sha256", "sntrup761x25519");
            assertThat(offered.get(KexProposalOption.SERVERKEYS)).startsWith("ssh-ed25519");
            assertThat(offered.toString()).doesNotContain("sha1", "cbc", "3des", "zlib");
        }
    }

    @Test
    void aUserWhoLosesAccessIsDisconnected() throws Exception {
        try (ClientSession session = hub.login()) {
            hub.users.without("ops");
            hub.broker.usersChanged(hub.users);
            await().until(session::isClosed);
        }
    }

    @Test
    void grantsAreRenewed() throws Exception {
        try (ClientSession session = hub.login()) {
            hub.users.with(new User("ops", Set.of(), List.of()));
            hub.broker.usersChanged(hub.users);
            assertThat(session.isOpen()).isTrue();
        }
    }

    @Test
    void anAdministratorDisconnectsASession() throws Exception {
        try (ClientSession session = hub.login()) {
            hub.broker.disconnect(hub.broker.sessions().get(0).id());
            await().until(session::isClosed);
        }
    }

    @Test
    void whatIsNotServedIsRefusedInWords() throws Exception {
        try (ClientSession session = hub.login()) {
            try (ChannelExec uname = session.createExecChannel("uname -a")) {
                assertThat(refusal(uname)).startsWith("datahub: this hub runs no programs");
                assertThat(uname.getExitStatus()).isEqualTo(1);
            }
            try (ClientChannel shell = session.createShellChannel()) {
                assertThat(refusal(shell)).startsWith("datahub: this hub has no shell");
            }
            try (ClientChannel subsystem = session.createSubsystemChannel("netconf")) {
                assertThat(refusal(subsystem)).startsWith("datahub: this hub has no subsystem");
            }
        }
    }

    private static String refusal(ClientChannel channel) throws IOException {
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        channel.setErr(error);
        channel.setOut(new ByteArrayOutputStream());
        channel.open().verify(TIMEOUT);
        channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), TIMEOUT);
        return error.toString(StandardCharsets.UTF_8);
    }

    @Test
    void nothingIsForwarded() throws Exception {
        try (ClientSession session = hub.login();
                ServerSocket target = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ClientChannel channel =
                    session.createDirectTcpipChannel(null, new SshdSocketAddress("127.0.0.1", target.getLocalPort()));
            assertThatThrownBy(() -> channel.open().verify(TIMEOUT)).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> session.startRemotePortForwarding(
                            new SshdSocketAddress("127.0.0.1", 0), new SshdSocketAddress("127.0.0.1", 1)))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void theOldestConnectionWithoutALoginMakesRoom() throws Exception {
        restart("maxHandshakes", 2);
        try (ClientSession session = hub.login();
                Socket oldest = new Socket(InetAddress.getLoopbackAddress(), hub.port())) {
            await().until(() -> hub.endpoint().connections().handshakes() == 1);
            try (Socket second = new Socket(InetAddress.getLoopbackAddress(), hub.port());
                    Socket third = new Socket(InetAddress.getLoopbackAddress(), hub.port())) {
                oldest.setSoTimeout((int) TIMEOUT.toMillis());
                oldest.getInputStream().readAllBytes();
                assertThat(second.isConnected() && third.isConnected()).isTrue();
                assertThat(session.isOpen()).isTrue();
                await().until(() -> hub.endpoint().connections().handshakes() == 2);
            }
        }
    }

    @Test
    void anAddressWithManyConnectionsMakesRoomForOthers() throws Exception {
        restart("maxHandshakes", 2, "proxies", new String[] {"127.0.0.1"});
        try (Socket other = new Socket(InetAddress.getLoopbackAddress(), hub.port())) {
            other.getOutputStream()
                    .write("PROXY TCP4 192.0.2.7 192.0.2.1 5000 22\r\n".getBytes(StandardCharsets.US_ASCII));
            await().until(() -> hub.endpoint().connections().addresses().contains("192.0.2.7"));
            try (Socket first = new Socket(InetAddress.getLoopbackAddress(), hub.port());
                    Socket second = new Socket(InetAddress.getLoopbackAddress(), hub.port())) {
                first.setSoTimeout((int) TIMEOUT.toMillis());
                first.getInputStream().readAllBytes();
                assertThat(second.isConnected()).isTrue();
                assertThat(hub.endpoint().connections().addresses()).contains("192.0.2.7");
            }
        }
    }

    @Test
    void connectionsAreLimited() throws Exception {
        restart("maxConnections", 2);
        try (ClientSession one = hub.login();
                ClientSession other = hub.login();
                Socket refused = new Socket(InetAddress.getLoopbackAddress(), hub.port())) {
            refused.setSoTimeout((int) TIMEOUT.toMillis());
            refused.getInputStream().readAllBytes();
            assertThat(one.isOpen() && other.isOpen()).isTrue();
        }
        await().until(() -> hub.endpoint().connections().count() == 0);
    }

    @Test
    void aProxyReportsTheClient() throws Exception {
        restart("proxies", new String[] {"127.0.0.1"});
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), hub.port())) {
            socket.getOutputStream()
                    .write("PROXY TCP4 192.0.2.7 192.0.2.1 5000 22\r\nSSH-2.0-half"
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> hub.endpoint().connections().addresses().contains("192.0.2.7"));
            socket.getOutputStream().write("-done\r\n".getBytes(StandardCharsets.US_ASCII));
            await().until(() -> hub.endpoint().connections().addresses().contains("192.0.2.7"));
        }
        await().until(() -> hub.endpoint().connections().count() == 0);
    }

    @Test
    void aProxyHeaderFromElsewhereIsRefused() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), hub.port())) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            socket.getOutputStream()
                    .write("PROXY TCP4 192.0.2.7 192.0.2.1 5000 22\r\nSSH-2.0-client\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().readAllBytes();
        }
        await().until(() -> hub.endpoint().connections().count() == 0);
    }
}
