package io.datahub.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Home;
import io.datahub.api.validation.EventValidator;
import io.datahub.broker.Broker;
import io.datahub.broker.BrokerConfiguration;
import io.datahub.test.Configurations;
import io.datahub.zeromq.zmtp.DisconnectReason;
import io.datahub.zeromq.zmtp.RawPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.service.component.ComponentServiceObjects;

/** A broker and an endpoint on a free port, with the users {@code ci} (topics {@code build.}) and {@code all}. */
public final class Fixture implements AutoCloseable {

    /** All hubs of the tests have the same CURVE keys. */
    public static final Home HOME = home();

    public final TestUsers users =
            new TestUsers().with("ci", "build.", "build.").with("all", "", "");
    public final Broker broker;
    final UsersChangeForwarder changes = new UsersChangeForwarder();
    final HistoryReader reader = new HistoryReader();
    public final Zeromq zeromq;

    /** In the order in which they connected. */
    final List<RawPeer> peers = new ArrayList<>();

    /** @param keysAndValues settings of the endpoint that differ from the defaults */
    public Fixture(Object... keysAndValues) {
        this(Map.of(), keysAndValues);
    }

    public Fixture(Map<String, Object> broker, Object... keysAndValues) {
        this.broker = new Broker(Configurations.of(BrokerConfiguration.class, broker));
        zeromq = new Zeromq(configuration(keysAndValues), this.broker, users.authenticator(), HOME, changes, reader);
    }

    /** Registers a validator for the events of these topics. */
    void validate(String topics, EventValidator validator) {
        Bundle bundle = proxy(Bundle.class, (method, argument) -> Version.parseVersion("1.0.0"));
        Map<String, Object> properties = Map.of("name", "test", EventValidator.TOPICS, topics);
        ServiceReference<?> reference = proxy(ServiceReference.class, (method, argument) -> switch (method) {
            case "getBundle" -> bundle;
            case "getProperty" -> properties.get(argument);
            case "hashCode", "compareTo" -> 0;
            case "equals" -> true;
            default -> throw new UnsupportedOperationException(method);
        });
        ComponentServiceObjects<?> objects = proxy(
                ComponentServiceObjects.class,
                (method, argument) -> method.equals("getServiceReference") ? reference : validator);
        try {
            Method add = Broker.class.getDeclaredMethod("addValidator", ComponentServiceObjects.class);
            add.setAccessible(true);
            add.invoke(broker, objects);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static <T> T proxy(Class<T> type, BiFunction<String, Object, Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> answers.apply(method.getName(), arguments == null ? null : arguments[0])));
    }

    private static Home home() {
        try {
            Path root = Files.createTempDirectory("datahub-zeromq-");
            for (String each : List.of("", "state", "state/curve.key", "state/curve.pub")) {
                root.resolve(each).toFile().deleteOnExit(); // in the opposite order
            }
            return () -> root;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ZeromqConfiguration configuration(Object... keysAndValues) {
        Map<String, Object> values = new HashMap<>(Map.of("port", 0, "rejectionDelayMillis", 300L));
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return Configurations.of(ZeromqConfiguration.class, values);
    }

    int port() {
        return zeromq.address().getPort();
    }

    /** Connects a peer, which stays connected until it or the fixture is closed. */
    public RawPeer connect() throws IOException {
        RawPeer peer = new RawPeer(zeromq.address());
        peers.add(peer);
        return peer;
    }

    public RawPeer connect(String user, String socketType) throws IOException {
        RawPeer peer = connect();
        peer.logIn(user, user + "-token", socketType);
        return peer;
    }

    /** Connects a SUB socket and waits until its subscriptions are active. */
    public RawPeer subscriber(String user, String... prefixes) throws IOException {
        int before = subscriptions();
        RawPeer peer = connect(user, "SUB");
        for (String prefix : prefixes) {
            peer.subscribe(prefix);
        }
        await(() -> subscriptions() == before + prefixes.length);
        return peer;
    }

    public int subscriptions() {
        return broker.sessions().stream()
                .mapToInt(session -> session.subscriptions())
                .sum();
    }

    public long closed(DisconnectReason reason) {
        return zeromq.context().disconnectMetrics().count(reason);
    }

    /** The memory of messages that are too large for a read buffer and incomplete. */
    public long largeMessageBytes() {
        return zeromq.context().largeMessages().bytes();
    }

    public static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            LockSupport.parkNanos(2_000_000);
        }
    }

    @Override
    public void close() {
        zeromq.stop();
        broker.stop();
        peers.forEach(RawPeer::close);
    }
}
