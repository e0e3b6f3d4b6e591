package io.datahub.jetty.server;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Reads a file, and counts how many are open. */
record FileReading(FileChannel channel, AtomicInteger open) implements Reading {

    FileReading(Path file, AtomicInteger open) throws IOException {
        this(FileChannel.open(file, StandardOpenOption.READ), open);
        open.incrementAndGet();
    }

    @Override
    public RecordVersion version() {
        try {
            return new RecordVersion(
                    RecordPath.of("record"), channel.size(), Instant.EPOCH, Optional.empty(), Optional.empty());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int read(ByteBuffer bytes, long position) throws IOException {
        return channel.read(bytes, position);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return channel.transferTo(position, count, target);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        open.decrementAndGet();
    }
}
