package io.datahub.http.files;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code Range} header (RFC 9110, 14.2). */
final class RangeHeader {

    private static final Pattern BYTES = Pattern.compile("\\s*bytes\\s*=(.*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern COMMA = Pattern.compile(",");
    private static final Pattern SPEC = Pattern.compile("([0-9]*)\\s*-\\s*([0-9]*)");
    private static final int MAX_RANGES = 64;
    private static final BigInteger MAX = BigInteger.valueOf(Long.MAX_VALUE);

    private RangeHeader() {}

    /**
     * Parses the ranges requested of a record of this size. Overlapping and adjacent ranges are merged, so that no byte
     * is sent twice (15.3.7.2).
     *
     * @return the ranges in the order requested, an empty list if none is satisfiable; empty if the header must be
     *     ignored: its unit is not bytes, it is malformed, has too many ranges, or requests more than the whole record
     */
    static Optional<List<ByteRange>> parse(String value, long size) {
        Matcher bytes = BYTES.matcher(value);
        if (!bytes.matches()) {
            return Optional.empty();
        }
        String[] specs = COMMA.split(bytes.group(1), -1);
        if (specs.length > MAX_RANGES) {
            return Optional.empty();
        }
        List<ByteRange> ranges = new ArrayList<>();
        boolean any = false;
        long total = 0;
        for (String each : specs) {
            if (each.isBlank()) {
                continue;
            }
            Matcher spec = SPEC.matcher(each.strip());
            if (!spec.matches() || isMalformed(spec.group(1), spec.group(2))) {
                return Optional.empty();
            }
            any = true;
            ByteRange range = range(spec.group(1), spec.group(2), size);
            if (range != null) {
                ranges.add(range);
                total += range.length();
            }
        }
        return any && (ranges.size() < 2 || total <= size) ? Optional.of(merge(ranges)) : Optional.empty();
    }

    private static List<ByteRange> merge(List<ByteRange> ranges) {
        List<ByteRange> merged = new ArrayList<>();
        for (ByteRange range : ranges) {
            ByteRange union = range;
            int index = merged.size();
            for (int i = merged.size() - 1; i >= 0; i--) {
                if (merged.get(i).touches(range)) {
                    union = union.union(merged.remove(i));
                    index = i;
                }
            }
            merged.add(index, union);
        }
        return List.copyOf(merged);
    }

    private static boolean isMalformed(String first, String last) {
        return first.isEmpty() ? last.isEmpty() : !last.isEmpty() && position(last) < position(first);
    }

    /** The range, limited to the size; null if it is not satisfiable. */
    private static ByteRange range(String first, String last, long size) {
        if (first.isEmpty()) {
            long length = Math.min(position(last), size);
            return length == 0 ? null : new ByteRange(size - length, size - 1);
        }
        long from = position(first);
        if (from >= size) {
            return null;
        }
        return new ByteRange(from, last.isEmpty() ? size - 1 : Math.min(position(last), size - 1));
    }

    /** A position of any length; one that no record has is as good as another. */
    private static long position(String digits) {
        return new BigInteger(digits).min(MAX).longValue();
    }
}
