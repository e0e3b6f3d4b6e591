package io.datahub.records.staging;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EarlyFlushTest {

    @TempDir
    private Path folder;

    private final EarlyFlush flush = new EarlyFlush();

    private FileChannel file() throws IOException {
        return FileChannel.open(folder.resolve("f"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    @Test
    void shouldFlushManyBytes() throws Exception {
        try (FileChannel file = file()) {
            flush.written(file, EarlyFlush.STEP_BYTES - 1);
            flush.written(file, 1);
            flush.await();
        }
    }

    @Test
    void shouldNotForgetAFailure() throws Exception {
        FileChannel closed = file();
        closed.close();
        flush.written(closed, EarlyFlush.STEP_BYTES);
        assertThatThrownBy(flush::await).isInstanceOf(IOException.class);

        try (FileChannel file = file()) {
            flush.written(file, EarlyFlush.STEP_BYTES);
            assertThatThrownBy(flush::await).as("later").isInstanceOf(IOException.class);
        }
    }
}
