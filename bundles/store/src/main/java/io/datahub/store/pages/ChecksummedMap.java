package io.datahub.store.pages;

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
 * One sorted map of the database. Each value is stored with a checksum over key and value, since MVStore doesn't
 * checksum entries: an entry whose checksum doesn't match is {@linkplain CorruptionCertainty#CERTAIN corrupt} and is
 * never returned. Guarded like the database.
 *
 * @param <K> the key type
 */
public final class ChecksummedMap<K> {

    /** More entries than a page of the file can hold. */
    private static final int MAX_IN_PAGE = 1 << 20;

    private final MVMap<K, byte[]> map;
    private final Function<K, byte[]> keyBytes;

    private ChecksummedMap(MVMap<K, byte[]> map, Function<K, byte[]> keyBytes) {
        this.map = map;
        this.keyBytes = keyBytes;
    }

    /** A map with text keys. */
    public static ChecksummedMap<String> withTextKeys(MVStore store, String name) {
        return new ChecksummedMap<>(
                open(store, name, new TextKeys()), key -> key.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    /** A map with numeric keys. */
    public static ChecksummedMap<Long> withLongKeys(MVStore store, String name) {
        return new ChecksummedMap<>(
                open(store, name, LongDataType.INSTANCE),
                key -> ByteBuffer.allocate(Long.BYTES).putLong(key).array());
    }

    private static <K> MVMap<K, byte[]> open(MVStore store, String name, DataType<K> keys) {
        return store.openMap(name, new MVMap.Builder<K, byte[]>().keyType(keys).valueType(new Values()));
    }

    /** Returns the value; null if there is none. */
    public byte[] get(K key) {
        return unseal(key, map.get(key));
    }

    public void put(K key, byte[] value) {
        map.put(key, seal(key, value));
    }

    /** Removes and returns the value; null if there was none. */
    public byte[] remove(K key) {
        return unseal(key, map.remove(key));
    }

    /** Returns the lowest key; null if the map is empty. */
    public void clear() {
        map.clear();
    }

    public K firstKey() {
        return map.firstKey();
    }

    public long size() {
        return map.sizeAsLong();
    }

    /** Returns the lowest key that is greater than or equal to this one; null if there is none. */
    public K ceilingKey(K key) {
        return map.ceilingKey(key);
    }

    /** Visits the entries in key order, starting at a key, until the visitor returns false. */
    public void forEachFrom(K first, BiPredicate<K, byte[]> visitor) {
        Cursor<K, byte[]> cursor = map.cursor(first);
        boolean more = true;
        while (more && cursor.hasNext()) {
            K key = cursor.next();
            more = visitor.test(key, unseal(key, cursor.getValue()));
        }
    }

    public void forEach(BiConsumer<K, byte[]> visitor) {
        forEachFrom(null, (key, value) -> {
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
            throw new CorruptionException("the entry of " + key + " in " + map.getName() + " has a wrong checksum");
        }
        return Arrays.copyOf(sealed, length);
    }

    private int checksum(K key, byte[] value, int length) {
        CRC32C sum = new CRC32C();
        sum.update(keyBytes.apply(key));
        sum.update(value, 0, length);
        return (int) sum.getValue();
    }

    /** Rejects an impossible length before memory is allocated for it. */
    private static void requireFits(ByteBuffer buffer) {
        int start = buffer.position();
        int length = DataUtils.readVarInt(buffer);
        if (length < 0 || length > buffer.remaining()) {
            throw new CorruptionException("a length of " + length + " is invalid");
        }
        buffer.position(start);
    }

    private static int requireValidCount(int count) {
        if (count < 0 || count > MAX_IN_PAGE) {
            throw new CorruptionException("a page can't have " + count + " entries");
        }
        return count;
    }

    /** Text keys, checked to be in order within a page; otherwise a search would miss existing entries. */
    private static final class TextKeys extends Texts {
        @Override
        public void read(ByteBuffer buffer, Object storage, int count) {
            super.read(buffer, storage, count);
            String[] keys = cast(storage);
            for (int i = 1; i < count; i++) {
                if (keys[i - 1].compareTo(keys[i]) >= 0) {
                    throw new CorruptionException("the keys of a page are not sorted");
                }
            }
        }
    }

    /** Texts whose length is validated before they are read. */
    public static class Texts extends StringDataType {
        @Override
        public String read(ByteBuffer buffer) {
            requireFits(buffer);
            return super.read(buffer);
        }

        @Override
        public String[] createStorage(int count) {
            return super.createStorage(requireValidCount(count));
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
            requireFits(buffer);
            byte[] value = new byte[DataUtils.readVarInt(buffer)];
            buffer.get(value);
            return value;
        }

        @Override
        public byte[][] createStorage(int count) {
            return new byte[requireValidCount(count)][];
        }
    }
}
