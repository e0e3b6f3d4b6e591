package io.datahub.cluster.history;

import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.event.EventRun;
import io.datahub.api.event.SharedBuffer;
import io.datahub.cluster.write.StoredBlobs;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The bytes of kept events: small ones are in the ledger, large ones are blobs. Thread-safe. */
public record EventContents(Blobs blobs, StoredBlobs stored) {

    /** Larger events are blobs, in bytes. */
    static final int MAX_INLINE = 64 << 10;

    /** What the ledger gets of an event's bytes; a large one is stored. */
    LedgerEvent.Content store(LedgerEvent.Content content) throws IOException {
        if (content.length() <= MAX_INLINE) {
            return content;
        }
        String key = stored.fresh(16);
        blobs.put(key, new Bytes(bytes(content.inline())));
        return LedgerEvent.Content.in(key, content.length());
    }

    /**
     * Reads an event.
     *
     * @throws java.nio.file.NoSuchFileException if it was deleted in between
     */
    EventRun read(LedgerEvent event) throws IOException {
        LedgerEvent.Content content = event.content();
        ByteBuffer bytes = ByteBuffer.wrap(
                content.blob().isPresent() ? read(content.blob().get(), content.length()) : bytes(content.inline()));
        return new EventRun(
                new SharedBuffer(bytes),
                0,
                bytes.limit(),
                1,
                event.user(),
                event.received().toEpochMilli());
    }

    private byte[] read(String key, int length) throws IOException {
        try (InputStream in = blobs.open(key, 0, length)) {
            return in.readNBytes(length);
        }
    }

    private static byte[] bytes(ByteBuffer source) {
        byte[] bytes = new byte[source.remaining()];
        source.duplicate().get(bytes);
        return bytes;
    }

    /** Bytes in memory. */
    private static final class Bytes implements Blobs.Source {

        private final byte[] bytes;

        Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public Optional<String> sha256() {
            return Optional.empty();
        }

        @Override
        public InputStream open(long from) {
            return new ByteArrayInputStream(bytes, (int) from, bytes.length - (int) from);
        }
    }
}
