package io.datahub.store.metadata;

import java.io.ByteArrayOutputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Serializes small values to bytes and back. */
final class RecordCodec {

    private static final int MAX_TEXT = 4_000;

    private RecordCodec() {}

    /** Writes a value. */
    interface Sink {
        void to(DataOutput out) throws IOException;
    }

    /** Reads a value. */
    interface Source<T> {
        T from(RecordInput in) throws IOException;
    }

    static byte[] write(Sink sink) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(192);
        try {
            sink.to(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static <T> T read(byte[] bytes, Source<T> source) {
        try {
            return source.from(new RecordInput(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes text, truncated to {@value #MAX_TEXT} characters. */
    static void writeText(DataOutput out, String text) throws IOException {
        out.writeUTF(text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text);
    }

    /** Reads a flag at the end; false where an earlier version of the hub didn't write one. */
    static boolean trailingFlag(RecordInput in) throws IOException {
        return trailing(in, RecordInput::readBoolean, false);
    }

    /** Reads what a later version of the hub appended; the default where an earlier one wrote nothing. */
    static <T> T trailing(RecordInput in, Source<T> source, T absent) throws IOException {
        return in.hasRemaining() ? source.from(in) : absent;
    }

    static void writeInstant(DataOutput out, Optional<Instant> time) throws IOException {
        out.writeBoolean(time.isPresent());
        if (time.isPresent()) {
            Instant present = time.get();
            out.writeLong(present.getEpochSecond());
            out.writeInt(present.getNano());
        }
    }

    static Optional<Instant> readInstant(RecordInput in) throws IOException {
        return in.readBoolean() ? Optional.of(Instant.ofEpochSecond(in.readLong(), in.readInt())) : Optional.empty();
    }

    static <T> void list(DataOutput out, List<T> items, ItemWriter<T> writer) throws IOException {
        out.writeInt(items.size());
        for (T item : items) {
            writer.write(out, item);
        }
    }

    static <T> List<T> list(RecordInput in, Source<T> source) throws IOException {
        int count = in.readInt();
        List<T> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(source.from(in));
        }
        return items;
    }

    /** Writes an item of a list. */
    interface ItemWriter<T> {
        void write(DataOutput out, T item) throws IOException;
    }
}
