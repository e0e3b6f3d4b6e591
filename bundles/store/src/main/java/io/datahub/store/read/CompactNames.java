package io.datahub.store.read;

import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;

/** A list of names in which each takes its bytes and four more, instead of some sixty for an object. Immutable. */
final class CompactNames extends AbstractList<String> implements RandomAccess {

    private final byte[] bytes;
    private final int[] ends;

    /** Copies the names; all together must be shorter than 2 GiB. */
    CompactNames(List<String> names) {
        int length = 0;
        ends = new int[names.size()];
        byte[] all = new byte[16 * names.size()];
        for (int i = 0; i < ends.length; i++) {
            byte[] name = names.get(i).getBytes(StandardCharsets.UTF_8);
            if (all.length - length < name.length) {
                all = Arrays.copyOf(all, Math.max(2 * all.length, length + name.length));
            }
            System.arraycopy(name, 0, all, length, name.length);
            length += name.length;
            ends[i] = length;
        }
        bytes = Arrays.copyOf(all, length);
    }

    @Override
    public String get(int index) {
        int start = index == 0 ? 0 : ends[index - 1];
        return new String(bytes, start, ends[index] - start, StandardCharsets.UTF_8);
    }

    @Override
    public int size() {
        return ends.length;
    }

    /** The memory that they take, in bytes. */
    long memory() {
        return bytes.length + (long) Integer.BYTES * ends.length;
    }
}
