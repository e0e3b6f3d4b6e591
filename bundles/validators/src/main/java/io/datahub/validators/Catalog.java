package io.datahub.validators;

import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where the records lie that stand for addresses elsewhere, such as {@code https://example.org/types.xsd}. What isn't
 * listed is meant to lie next to the schema that refers to it. Nothing is ever fetched. Immutable.
 */
final class Catalog {

    private static final Pattern BLANKS = Pattern.compile("\\s+");

    /** The longest address first. */
    private final List<Entry> entries;

    /**
     * One line of it.
     *
     * @param address an address; one that ends in a slash stands for all that begin so
     * @param path a record; where the address ends in a slash, a directory, which ends in a slash too
     */
    private record Entry(String address, String path) {

        Optional<String> find(String wanted) {
            if (address.endsWith("/")) {
                return wanted.startsWith(address)
                        ? Optional.of(path + wanted.substring(address.length()))
                        : Optional.empty();
            }
            return wanted.equals(address) ? Optional.of(path) : Optional.empty();
        }
    }

    private Catalog(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * Reads {@code ADDRESS PATH}, several of them separated by commas.
     *
     * @throws IllegalArgumentException if an item has another form
     */
    static Catalog of(String... values) {
        List<Entry> entries = new ArrayList<>();
        for (String item : Items.of(values)) {
            String[] parts = BLANKS.split(item, -1);
            if (parts.length != 2 || parts[0].endsWith("/") != parts[1].endsWith("/") || parts[1].startsWith("/")) {
                throw new IllegalArgumentException("catalog has \"" + item + "\"; each item is ADDRESS PATH, such as"
                        + " http://example.org/types.xsd schemas/types.xsd, and either both or neither end in /");
            }
            entries.add(new Entry(parts[0], parts[1]));
        }
        entries.sort(
                Comparator.comparing((Entry entry) -> entry.address().length()).reversed());
        return new Catalog(List.copyOf(entries));
    }

    /**
     * The record that a schema refers to.
     *
     * @param main the schema that others are included into
     * @param base the address of the schema that refers
     * @throws IOException if it is listed nowhere and lies neither next to the main schema nor below
     */
    RecordPath resolve(RecordPath main, String base, String reference) throws IOException {
        String address = absolute(base, reference);
        for (Entry entry : entries) {
            Optional<String> path = entry.find(address);
            if (path.isPresent()) {
                Result<RecordPath> record = RecordPath.parse(path.get());
                if (record.isRefused()) {
                    throw new IOException("the schema " + main + " refers to " + reference
                            + ", which the catalog makes " + path.get() + ", and that is no path of a record");
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
