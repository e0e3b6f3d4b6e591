package io.datahub.zeromq.zmtp;

import io.datahub.api.event.EventWriter;
import io.datahub.api.event.SharedBuffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
import org.openjdk.jmh.annotations.Warmup;

/** Decodes messages from a read buffer; each has two frames. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class DecodeBenchmark {

    private static final int MESSAGES = 200;

    /** Payload size in bytes. */
    @Param({"100", "1024"})
    public int size;

    private final Counter counter = new Counter();
    private MessageDecoder decoder;
    private SharedBuffer buffer;
    private int end;

    @Setup
    public void prepare() {
        byte[] topic = "bench.000.xxxxxx".getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocateDirect(MESSAGES * (size + 64));
        for (int i = 0; i < MESSAGES; i++) {
            bytes.put(EventWriter.write(topic, new byte[size]));
        }
        end = bytes.position();
        buffer = new SharedBuffer(bytes);
        decoder = new MessageDecoder(counter, 1024);
    }

    @Benchmark
    @OperationsPerInvocation(MESSAGES)
    public long decode() throws ProtocolException {
        decoder.read(buffer, 0, end);
        return counter.count;
    }

    private static final class Counter implements MessageReceiver {

        private long count;

        @Override
        public long maxBytes(int frames) {
            return 1 << 24;
        }

        @Override
        public boolean message(SharedBuffer from, int start, int end, int firstStart, int firstEnd, int frames) {
            count += firstEnd - firstStart;
            return true;
        }

        @Override
        public void command(Command command) {
            throw new IllegalStateException("there is none");
        }
    }
}
