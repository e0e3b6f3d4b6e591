package io.datahub.validators.support;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Maps external addresses such as {@code https://example.org/types.xsd} to records. An address that isn't listed is
 * expected next to the schema that refers to it. Nothing is ever downloaded. Immutable.
 */
public final class Catalog {

    private static final Pattern WHITESPACE = Pattern.compile("\\s+");

    /** Sorted by length of the address, longest first. */
    private final List<Entry> entries;

    /**
     * A catalog entry.
     *
     * @param address an address, or a prefix of addresses that ends in a slash
     * @param path the path of a record; for a prefix, a directory that ends in a slash
     */
    private record Entry(String address, String path) {

        Optional<String> find(String requested) {
            if (address.endsWith("/")) {
                return requested.startsWith(address)
                        ? Optional.of(path + requested.substring(address.length()))
                        : Optional.empty();
            }
            return requested.equals(address) ? Optional.of(path) : Optional.empty();
        }
    }

    private Catalog(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * Parses {@code ADDRESS PATH} items, separated by commas.
     *
     * @throws IllegalArgumentException if an item is malformed
     */
    public static Catalog of(String... values) {
        List<Entry> entries = new ArrayList<>();
        for (String item : CommaSeparated.of(values)) {
            String[] fields = WHITESPACE.split(item, -1);
            if (fields.length != 2 || fields[0].endsWith("/") != fields[1].endsWith("/") || fields[1].startsWith("/")) {
                throw new IllegalArgumentException("catalog has \"" + item + "\"; each item is ADDRESS PATH, such as"
                        + " http://example.org/types.xsd schemas/types.xsd, and either both or neither end in /");
            }
            entries.add(new Entry(fields[0], fields[1]));
        }
        entries.sort(
                Comparator.comparing((Entry entry) -> entry.address().length()).reversed());
        return new Catalog(List.copyOf(entries));
    }

    /**
     * Returns the record that a schema refers to.
     *
     * @param main the main schema
     * @param base the address of the referring schema
     * @throws IOException if the reference isn't listed and isn't in the directory of the main schema or below
     */
    RecordPath resolve(RecordPath main, String base, String reference) throws IOException {
        String address = absolute(base, reference);
        for (Entry entry : entries) {
            Optional<String> path = entry.find(address);
            if (path.isPresent()) {
                Result<RecordPath> record = RecordPath.parse(path.get());
                if (record.isRefused()) {
                    throw new IOException("the schema " + main + " refers to " + reference
                            + ", which the catalog maps to " + path.get() + ", which is not a valid path of a record");
                }
                return record.get();
            }
        }
        return RecordReference.resolve(main, base, reference);
    }

    private static String absolute(String base, String reference) {
        try {
            return URI.create(base).resolve(reference).toString();
        } catch (IllegalArgumentException e) {
            return reference;
        }
    }
}
