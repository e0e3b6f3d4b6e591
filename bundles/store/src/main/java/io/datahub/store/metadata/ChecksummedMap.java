package io.datahub.store.metadata;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.DataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * One sorted map of the books. Each value is kept with a checksum over it and its key, since the file has none over what is in
 * it: what isn't as it was written is {@link Corruption}, never taken for true. Guarded as the books are.
 *
 * @param <K> the keys
 */
final class ChecksummedMap<K> {

    /** More entries than a page of the file can hold. */
    private static final int MAX_IN_PAGE = 1 << 20;

    private final MVMap<K, byte[]> map;
    private final Function<K, byte[]> bytes;

    private ChecksummedMap(MVMap<K, byte[]> map, Function<K, byte[]> bytes) {
        this.map = map;
        this.bytes = bytes;
    }

    /** A map by text. */
    static ChecksummedMap<String> byText(MVStore store, String name) {
        return new ChecksummedMap<>(
                open(store, name, new TextKeys()), key -> key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** A map by number. */
    static ChecksummedMap<Long> byNumber(MVStore store, String name) {
        return new ChecksummedMap<>(
                open(store, name, LongDataType.INSTANCE),
                key -> ByteBuffer.allocate(Long.BYTES).putLong(key).array());
    }

    private static <K> MVMap<K, byte[]> open(MVStore store, String name, DataType<K> keys) {
        return store.openMap(name, new MVMap.Builder<K, byte[]>().keyType(keys).valueType(new Values()));
    }

    /** The value; null if there is none. */
    byte[] get(K key) {
        return unseal(key, map.get(key));
    }

    void put(K key, byte[] value) {
        map.put(key, seal(key, value));
    }

    /** Takes the value out; null if there was none. */
    byte[] remove(K key) {
        return unseal(key, map.remove(key));
    }

    /** The lowest key; null if there is none. */
    K firstKey() {
        return map.firstKey();
    }

    long size() {
        return map.sizeAsLong();
    }

    /** The first key that isn't lower than this one; null if there is none. */
    K ceilingKey(K key) {
        return map.ceilingKey(key);
    }

    /** Passes the entries from a key on, in order, as long as they are wanted. */
    void from(K first, BiPredicate<K, byte[]> visitor) {
        Cursor<K, byte[]> cursor = map.cursor(first);
        boolean more = true;
        while (more && cursor.hasNext()) {
            K key = cursor.next();
            more = visitor.test(key, unseal(key, cursor.getValue()));
        }
    }

    void forEach(BiConsumer<K, byte[]> visitor) {
        from(null, (key, value) -> {
            visitor.accept(key, value);
            return true;
        });
    }

    private byte[] seal(K key, byte[] value) {
        byte[] sealed = Arrays.copyOf(value, value.length + Integer.BYTES);
        ByteBuffer.wrap(sealed).putInt(value.length, checksum(key, value, value.length));
        return sealed;
    }

    private byte[] unseal(K key, byte[] sealed) {
        if (sealed == null) {
            return null;
        }
        int length = sealed.length - Integer.BYTES;
        if (length < 0 || ByteBuffer.wrap(sealed).getInt(length) != checksum(key, sealed, length)) {
            throw new Corruption.Found("the entry of " + key + " in " + map.getName() + " isn't as it was written");
        }
        return Arrays.copyOf(sealed, length);
    }

    private int checksum(K key, byte[] value, int length) {
        CRC32C sum = new CRC32C();
        sum.update(bytes.apply(key));
        sum.update(value, 0, length);
        return (int) sum.getValue();
    }

    /** Refuses a length that can't be right, before as much memory is asked for. */
    private static void requireFitting(ByteBuffer buffer) {
        int at = buffer.position();
        int length = DataUtils.readVarInt(buffer);
        if (length < 0 || length > buffer.remaining()) {
            throw new Corruption.Found("a length of " + length + " is impossible");
        }
        buffer.position(at);
    }

    private static int requireFew(int count) {
        if (count < 0 || count > MAX_IN_PAGE) {
            throw new Corruption.Found("a page of " + count + " entries is impossible");
        }
        return count;
    }

    /** Texts that a page has in their order; else a search would miss what is there. */
    private static final class TextKeys extends Texts {
        @Override
        public void read(ByteBuffer buffer, Object storage, int count) {
            super.read(buffer, storage, count);
            String[] keys = cast(storage);
            for (int i = 1; i < count; i++) {
                if (keys[i - 1].compareTo(keys[i]) >= 0) {
                    throw new Corruption.Found("a page has its keys in the wrong order");
                }
            }
        }
    }

    /** Texts whose length is looked at before they are read. */
    static class Texts extends StringDataType {
        @Override
        public String read(ByteBuffer buffer) {
            requireFitting(buffer);
            return super.read(buffer);
        }

        @Override
        public String[] createStorage(int count) {
            return super.createStorage(requireFew(count));
        }
    }

    private static final class Values extends BasicDataType<byte[]> {

        private static final int OBJECT_BYTES = 24;

        @Override
        public int getMemory(byte[] value) {
            return OBJECT_BYTES + value.length;
        }

        @Override
        public void write(WriteBuffer buffer, byte[] value) {
            buffer.putVarInt(value.length).put(value);
        }

        @Override
        public byte[] read(ByteBuffer buffer) {
            requireFitting(buffer);
            byte[] value = new byte[DataUtils.readVarInt(buffer)];
            buffer.get(value);
            return value;
        }

        @Override
        public byte[][] createStorage(int count) {
            return new byte[requireFew(count)][];
        }
    }
}
