package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.record.Reading;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every {@link Reading} must do. */
public abstract class ReadingContract {

    private static final int SIZE = 200_003;

    private final byte[] content = new byte[SIZE];

    protected ReadingContract() {
        new Random(1).nextBytes(content);
    }

    /**
     * Opens a version.
     *
     * @param bytes its content
     */
    protected abstract Reading open(byte[] bytes) throws IOException;

    @Test
    void shouldReadFromAnyPosition() throws IOException {
        try (Reading reading = open(content)) {
            assertThat(reading.version().size()).isEqualTo(SIZE);
            for (int position : new int[] {0, 1, 70_000, SIZE - 1}) {
                ByteBuffer bytes = ByteBuffer.allocateDirect(1_000);
                int count = reading.read(bytes, position);

                assertThat(count).isBetween(1, Math.min(1_000, SIZE - position));
                assertThat(bytes.position()).isEqualTo(count);
                assertThat(bytes.flip()).isEqualTo(ByteBuffer.wrap(content, position, count));
            }
        }
    }

    @Test
    void shouldReadNothingAtTheEnd() throws IOException {
        try (Reading reading = open(content);
                Reading empty = open(new byte[0])) {
            ByteBuffer bytes = ByteBuffer.allocate(10);

            assertThat(reading.read(bytes, SIZE)).isEqualTo(-1);
            assertThat(reading.read(bytes, 2L * Integer.MAX_VALUE)).isEqualTo(-1);
            assertThat(empty.read(bytes, 0)).isEqualTo(-1);
            assertThat(bytes.position()).isZero();
        }
    }

    @Test
    void shouldFillTheBufferOrFail() throws IOException {
        try (Reading reading = open(content)) {
            ByteBuffer bytes = ByteBuffer.allocate(SIZE - 5);
            reading.readFully(bytes, 5);

            assertThat(bytes.flip()).isEqualTo(ByteBuffer.wrap(content, 5, SIZE - 5));
            assertThatThrownBy(() -> reading.readFully(ByteBuffer.allocate(10), SIZE - 9L))
                    .isInstanceOf(EOFException.class)
                    .hasMessageContaining(reading.version().path().toString());
        }
    }

    @Test
    void shouldTransferARange() throws IOException {
        try (Reading reading = open(content)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            WritableByteChannel target = Channels.newChannel(out);
            long sent = 0;
            while (sent < SIZE - 7) {
                long count = reading.transferTo(7 + sent, SIZE - 7 - sent, target);
                assertThat(count).isPositive();
                sent += count;
            }

            assertThat(ByteBuffer.wrap(out.toByteArray())).isEqualTo(ByteBuffer.wrap(content, 7, SIZE - 7));
            assertThat(reading.transferTo(0, 0, target)).isZero();
            assertThat(reading.transferTo(SIZE, 10, target)).isZero();
            assertThat(reading.transferTo(SIZE + 10L, 10, target)).isZero();
            assertThat(reading.transferTo(SIZE - 3L, Long.MAX_VALUE, target)).isEqualTo(3);
        }
    }

    @Test
    void shouldReportHowMuchTheChannelTook() throws IOException {
        try (Reading reading = open(content)) {
            SlowChannel target = new SlowChannel();

            assertThat(reading.transferTo(100, 5_000, target)).isEqualTo(SlowChannel.LIMIT);
            assertThat(reading.transferTo(100, 5_000, target)).isZero();
        }
    }

    @Test
    void shouldStreamFromTheBeginning() throws IOException {
        try (Reading reading = open(content);
                InputStream in = reading.stream()) {
            assertThat(in.read()).isEqualTo(Byte.toUnsignedInt(content[0]));
            assertThat(in.available()).isPositive();
            assertThat(in.skip(9)).isEqualTo(9);
            assertThat(in.readNBytes(10))
                    .isEqualTo(ByteBuffer.allocate(10).put(content, 10, 10).array());
            assertThat(in.readAllBytes()).hasSize(SIZE - 20).endsWith(content[SIZE - 1]);
            assertThat(in.read()).isEqualTo(-1);
            assertThat(in.skip(1)).isZero();
        }
    }

    @Test
    void shouldBeClosedWithItsStream() throws IOException {
        Reading reading = open(content);
        reading.stream().close();

        assertThatThrownBy(() -> reading.read(ByteBuffer.allocate(1), 0)).isInstanceOf(IOException.class);
    }

    @Test
    void shouldReadNothingOnceClosed() throws IOException {
        Reading reading = open(content);
        InputStream in = reading.stream();
        reading.close();
        reading.close();

        assertThatThrownBy(() -> reading.read(ByteBuffer.allocate(1), 0)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> reading.transferTo(0, 1, Channels.newChannel(new ByteArrayOutputStream())))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(in::read).isInstanceOf(IOException.class);
    }

    @Test
    void shouldServeSeveralThreads() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Reading reading = open(content)) {
            List<Future<ByteBuffer>> parts = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                int position = i * 1_999;
                parts.add(threads.submit(() -> {
                    ByteBuffer bytes = ByteBuffer.allocate(1_999);
                    reading.readFully(bytes, position);
                    return bytes.flip();
                }));
            }

            for (int i = 0; i < parts.size(); i++) {
                assertThat(parts.get(i).get()).isEqualTo(ByteBuffer.wrap(content, i * 1_999, 1_999));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** Takes a few bytes and then nothing, as a non-blocking channel to a slow peer does. */
    private static final class SlowChannel implements WritableByteChannel {

        private static final int LIMIT = 1_000;
        private int room = LIMIT;

        @Override
        public int write(ByteBuffer bytes) {
            int count = Math.min(room, bytes.remaining());
            bytes.position(bytes.position() + count);
            room -= count;
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
