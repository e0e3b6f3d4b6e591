package io.datahub.broker;

import io.datahub.broker.topic.PrefixIndex;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Finds the subscribers of a topic that isn't cached, among many subscriptions. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgs = "-Xmx2g")
public class MatchBenchmark {

    private static final int TOPICS = 1 << 12;
    private static final int STRIDE = 7_919;

    /** The number of subscriptions; each topic matches one of them. */
    @Param({"100", "10000", "1000000"})
    public int subscriptions;

    private final PrefixIndex<String> index = new PrefixIndex<>();
    private final byte[][] topics = new byte[TOPICS][];
    private int next;

    @Setup
    public void subscribe() {
        for (int i = 0; i < subscriptions; i++) {
            index.add(topic(i), "subscriber");
        }
        for (int i = 0; i < TOPICS; i++) {
            topics[i] = topic((int) ((long) i * STRIDE % subscriptions));
        }
    }

    private static byte[] topic(int number) {
        return String.format("build.project-%07d.done", number).getBytes(StandardCharsets.UTF_8);
    }

    @Benchmark
    public void match(Blackhole found) {
        index.match(topics[next++ & (TOPICS - 1)], 0, found::consume);
    }
}
