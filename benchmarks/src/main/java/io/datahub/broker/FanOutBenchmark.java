package io.datahub.broker;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.NoOpSink;
import io.datahub.api.event.Session;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.osgi.framework.ServiceReference;

/**
 * One event from the permission check through the queues of all its subscribers and out again, in batches as large as
 * those read from a socket. The time is per event, whatever the number of subscribers.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class FanOutBenchmark {

    private static final int EVENTS = 1_000;
    private static final int BATCH_BYTES = 262_144;
    private static final int TOPIC_START = 2;

    @Param({"1", "10", "100"})
    public int subscribers;

    /** The number of topics that events use in rotation; every subscriber receives all of them. */
    @Param({"1", "10"})
    public int topics;

    /** What else sees the events: nothing, a listener to all topics, or a log that keeps all topics. */
    @Param({"nothing", "listener", "log"})
    public String follower;

    private final List<Session> subscriberSessions = new ArrayList<>();
    private final int[] starts = new int[EVENTS + 1];
    private final int[] topicEnds = new int[EVENTS];
    private Broker broker;
    private Session publisher;
    private SharedBuffer buffer;
    private long seen;

    @Setup
    public void connect() {
        broker = new Broker((BrokerConfiguration) Proxy.newProxyInstance(
                BrokerConfiguration.class.getClassLoader(),
                new Class<?>[] {BrokerConfiguration.class},
                (proxy, method, arguments) -> method.getDefaultValue()));
        follow();
        publisher = broker.open(login(), NoOpSink.INSTANCE);
        for (int i = 0; i < subscribers; i++) {
            Session session = broker.open(login(), NoOpSink.INSTANCE);
            session.subscribe("bench.".getBytes(StandardCharsets.UTF_8));
            subscriberSessions.add(session);
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect(EVENTS * 160);
        for (int i = 0; i < EVENTS; i++) {
            byte[] topic = String.format("bench.%03d.xxxxxx", i % topics).getBytes(StandardCharsets.UTF_8);
            bytes.put(EventWriter.write(topic, new byte[100]));
            topicEnds[i] = starts[i] + TOPIC_START + topic.length;
            starts[i + 1] = bytes.position();
        }
        buffer = new SharedBuffer(bytes);
    }

    private void follow() {
        switch (follower) {
            case "listener" -> broker.router().listeners().put(reference(), () -> run -> seen += run.count());
            case "log" ->
                broker.router().logs().put(reference(), () -> (event, completion) -> {
                    seen++;
                    completion.appended(new Cursor("bench", seen));
                });
            default -> {
                // nothing else sees them
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static <S> ServiceReference<S> reference() {
        return (ServiceReference<S>) Proxy.newProxyInstance(
                ServiceReference.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getProperty" -> arguments[0].equals("topics") ? "*" : null;
                    case "hashCode", "compareTo" -> 0;
                    case "equals" -> proxy == arguments[0];
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private static Login login() {
        User user = new User(
                "bench",
                Set.of(),
                List.of(new Grant(Action.PUBLISH, "bench.", "bench"), new Grant(Action.SUBSCRIBE, "bench.", "bench")));
        Origin origin = new Origin("bench", InetAddress.getLoopbackAddress(), false);
        return new Login(user, "bench", Optional.empty(), Optional.empty(), origin);
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public long fanOut() {
        for (int i = 0; i < EVENTS; i++) {
            publisher.publish(
                    buffer,
                    starts[i],
                    starts[i + 1],
                    starts[i] + TOPIC_START,
                    topicEnds[i],
                    FanOutBenchmark::unexpected);
        }
        publisher.flush();
        long taken = 0;
        for (Session session : subscriberSessions) {
            int bytes;
            do {
                bytes = session.take(BATCH_BYTES, FanOutBenchmark::release);
                taken += bytes;
            } while (bytes > 0);
        }
        return taken;
    }

    private static void unexpected() {
        throw new IllegalStateException("an event is pending");
    }

    private static void release(EventRun run) {
        run.buffer().release();
    }

    @TearDown
    public void stop() {
        broker.stop();
    }
}
