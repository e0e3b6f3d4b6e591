package io.datahub.ssh;

import io.datahub.api.Home;
import io.datahub.api.user.User;
import io.datahub.ssh.keys.HostKeyFiles;
import io.datahub.ssh.session.ChannelHandler;
import io.datahub.ssh.session.ChannelHandlers;
import io.datahub.ssh.session.SshServices;
import io.datahub.ssh.session.TransferMetrics;
import io.datahub.test.Configurations;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryLastingDrafts;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.MemoryUsers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;

/**
 * A real endpoint on a free port over records and users in memory, and a client of Apache MINA SSHD for it. There is an
 * administrator {@code ops} with the token {@code ops-token}.
 */
public final class TestEndpoint implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    public final MemoryRecordStore store = new MemoryRecordStore();
    public final MemoryLastingDrafts drafts =
            new MemoryLastingDrafts(store::begin, Instant.parse("2030-01-01T00:00:00Z"), 100_000_000);
    public final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(100, 100_000, 100_000, 100));
    public final MemoryUsers users = new MemoryUsers()
            .with(new User("ops", Set.of(User.ADMIN), List.of()))
            .with("ops", "ops-token");
    public final TransferMetrics metrics = new TransferMetrics();
    private final Workers workers = new Workers(20);
    private final Endpoint endpoint;
    private final SshClient client = SshClient.setUpDefaultClient();

    /**
     * Starts the endpoint.
     *
     * @param state where the host keys are
     * @param handlers serve the channels
     * @param settings keys of {@link SshConfiguration}, each followed by its value
     */
    public TestEndpoint(Path state, ChannelHandlers handlers, Object... settings) {
        Home home = () -> state;
        SshServices services = new SshServices(
                store, drafts, broker, users, home, workers.workers(), workers.commands(), workers.logins(), metrics);
        endpoint = new Endpoint(services, handlers, new HostKeyFiles(state).load(rsa -> {}), settings(settings));
        client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
        client.start();
    }

    /** An endpoint that serves a subsystem. */
    public static TestEndpoint ofSubsystem(Path state, ChannelHandler handler) {
        return new TestEndpoint(state, new ChannelHandlers(List.of(handler), List.of()));
    }

    /** An endpoint that serves exec requests. */
    public static TestEndpoint ofCommand(Path state, ChannelHandler handler) {
        return new TestEndpoint(state, new ChannelHandlers(List.of(), List.of(handler)));
    }

    private static SshSettings settings(Object... namesAndValues) {
        Map<String, Object> values = new TreeMap<>(Map.of("port", 0));
        for (int i = 0; i < namesAndValues.length; i += 2) {
            values.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return SshSettings.of(Configurations.of(SshConfiguration.class, values), 10_000);
    }

    public int port() {
        return endpoint.address().getPort();
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** The client, for tests that need settings of its own. */
    public SshClient client() {
        return client;
    }

    /** Connects without a login. */
    public ClientSession connect(String user) throws IOException {
        return client.connect(user, "127.0.0.1", port()).verify(TIMEOUT).getSession();
    }

    /** Logs in by a token. */
    public ClientSession login(String user, String token) throws IOException {
        ClientSession session = connect(user);
        session.addPasswordIdentity(token);
        session.auth().verify(TIMEOUT);
        return session;
    }

    /** Logs the administrator in. */
    public ClientSession login() throws IOException {
        return login("ops", "ops-token");
    }

    @Override
    public void close() {
        client.stop();
        endpoint.close();
        workers.close();
    }
}
