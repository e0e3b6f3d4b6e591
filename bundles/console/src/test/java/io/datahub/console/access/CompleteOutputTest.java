package io.datahub.console.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.concurrent.CountDownLatch;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.util.io.input.NullInputStream;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uses a real SSH server, a real client, and a command that ends as Karaf's do. */
class CompleteOutputTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final int BYTES = 30_000_000; // more than the socket buffers hold

    private final CompleteOutput output = new CompleteOutput();
    private final SshServer server = SshServer.setUpDefaultServer();
    private final SshClient client = SshClient.setUpDefaultClient();
    private final CountDownLatch written = new CountDownLatch(1);
    private volatile Thread command;

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        SimpleGeneratorHostKeyProvider keys = new SimpleGeneratorHostKeyProvider(folder.resolve("key"));
        keys.setAlgorithm("EC");
        server.setKeyPairProvider(keys);
        server.setHost("127.0.0.1");
        server.setPasswordAuthenticator((user, password, session) -> true);
        server.setCommandFactory((channel, line) -> new Karafs());
        CoreModuleProperties.WINDOW_SIZE.set(client, 2L * BYTES); // so that the command doesn't block on its reader
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        client.start();
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    @Test
    void shouldDeliverTheCompleteOutputToASlowReader() throws IOException {
        output.addServer(server);
        server.start();
        try (ClientSession session = logIn();
                ChannelExec channel = session.createExecChannel("all")) {
            SlowReader reader = new SlowReader();
            channel.setIn(new NullInputStream());
            channel.setOut(reader);
            channel.open().verify(TIMEOUT);
            assertThat(channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), TIMEOUT))
                    .contains(ClientChannelEvent.CLOSED);
            assertThat(reader.size()).isEqualTo(BYTES);
            assertThat(channel.getExitStatus()).isEqualTo(3);
        }
    }

    @Test
    void shouldRestoreTheCommandFactoryOfAServer() {
        var original = server.getCommandFactory();
        output.addServer(server);
        assertThat(server.getCommandFactory()).isNotSameAs(original);
        output.stop();
        assertThat(server.getCommandFactory()).isSameAs(original);
    }

    private ClientSession logIn() throws IOException {
        ClientSession session = client.connect("ann", "127.0.0.1", server.getPort())
                .verify(TIMEOUT)
                .getSession();
        session.addPasswordIdentity("any");
        session.auth().verify(TIMEOUT);
        return session;
    }

    /** Reads nothing until the command has written everything and has ended or is blocked. */
    private final class SlowReader extends ByteArrayOutputStream {
        @Override
        public synchronized void write(byte[] bytes, int from, int length) {
            try {
                written.await();
                while (command.getState() != Thread.State.WAITING && command.getState() != Thread.State.TERMINATED) {
                    Thread.onSpinWait();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            super.write(bytes, from, length);
        }
    }

    /** Calls the exit callback and closes the session immediately. */
    private final class Karafs implements Command {

        private OutputStream out;
        private ExitCallback callback;

        @Override
        public void start(ChannelSession channel, Environment environment) {
            command = new Thread(() -> run(channel), "command");
            command.start();
        }

        private void run(ChannelSession channel) {
            try {
                out.write(new byte[BYTES]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            written.countDown();
            callback.onExit(3);
            channel.getServerSession().close(false);
        }

        @Override
        public void setOutputStream(OutputStream out) {
            this.out = out;
        }

        @Override
        public void setExitCallback(ExitCallback callback) {
            this.callback = callback;
        }

        @Override
        public void destroy(ChannelSession channel) {}

        @Override
        public void setInputStream(InputStream in) {}

        @Override
        public void setErrorStream(OutputStream err) {}
    }
}
