package io.datahub.test.cluster;

import io.datahub.api.cluster.Blobs;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** Blobs in memory. Thread-safe. */
public final class MemoryBlobs implements Blobs {

    private final InstantSource clock;
    private final ConcurrentNavigableMap<String, Stored> blobs = new ConcurrentSkipListMap<>();
    private volatile boolean away;

    private static final class Stored {
        final byte[] bytes;
        final Instant time;

        Stored(byte[] bytes, Instant time) {
            this.bytes = bytes;
            this.time = time;
        }
    }

    /** @param clock tells when blobs were stored */
    public MemoryBlobs(InstantSource clock) {
        this.clock = clock;
    }

    /** Makes all calls fail from now on, or succeed again. */
    public void setAway(boolean isAway) {
        away = isAway;
    }

    /** The keys of all blobs. */
    public List<String> keys() {
        return List.copyOf(blobs.keySet());
    }

    @Override
    public void put(String key, Source source) throws IOException {
        if (!KEY_FORM.matcher(key).matches()) {
            throw new IllegalArgumentException("a key must match " + KEY_FORM);
        }
        requireReachable();
        try (InputStream in = source.open(0)) {
            byte[] bytes = in.readAllBytes();
            if (bytes.length != source.length()) {
                throw new EOFException("the source has " + bytes.length + " bytes, not " + source.length());
            }
            blobs.put(key, new Stored(bytes, clock.instant()));
        }
    }

    private void requireReachable() throws IOException {
        if (away) {
            throw new IOException("the blobs are unreachable");
        }
    }

    @Override
    public InputStream open(String key, long from, long length) throws IOException {
        byte[] bytes = find(key).orElseThrow(() -> new NoSuchFileException(key)).bytes;
        if (from + length > bytes.length) {
            throw new EOFException("the blob has only " + bytes.length + " bytes");
        }
        return new ByteArrayInputStream(bytes, (int) from, (int) length);
    }

    private Optional<Stored> find(String key) throws IOException {
        requireReachable();
        return Optional.ofNullable(blobs.get(key));
    }

    @Override
    public OptionalLong size(String key) throws IOException {
        Optional<Stored> found = find(key);
        return found.isPresent() ? OptionalLong.of(found.get().bytes.length) : OptionalLong.empty();
    }

    @Override
    public void delete(Collection<String> keys) throws IOException {
        requireReachable();
        keys.forEach(blobs::remove);
    }

    @Override
    public List<Info> list(String after, int limit) throws IOException {
        requireReachable();
        return blobs.tailMap(after, false).entrySet().stream()
                .limit(limit)
                .map(each -> new Info(each.getKey(), each.getValue().bytes.length, each.getValue().time))
                .toList();
    }
}
