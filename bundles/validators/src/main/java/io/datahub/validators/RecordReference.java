package io.datahub.validators;

import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/** References from one schema to another, resolved among records. */
final class RecordReference {

    /** The scheme of the addresses under which the schema compiler knows records. */
    static final String SCHEME = "record";

    private static final Pattern ELSEWHERE = Pattern.compile("^(?:[A-Za-z][A-Za-z0-9+.-]*:|//).*", Pattern.DOTALL);

    private RecordReference() {}

    /**
     * The record that a schema refers to. Of an address elsewhere, such as {@code http://www.w3.org/2001/xml.xsd}, the
     * file's name counts, and it is meant to lie next to the schema.
     *
     * @param main the schema that others are included into; they lie next to it or below
     * @param base the address of the schema that refers
     * @throws IOException if it refers to no record next to the main schema or below
     */
    static RecordPath resolve(RecordPath main, String base, String reference) throws IOException {
        try {
            URI target = ELSEWHERE.matcher(reference).matches()
                    ? address(main).resolve(fileName(reference))
                    : URI.create(base).resolve(reference);
            String path = target.normalize().getPath();
            Result<RecordPath> record = RecordPath.parse(path.substring(path.startsWith("/") ? 1 : 0));
            if (!record.isRefused() && record.get().isBelow(main.parent())) {
                return record.get();
            }
        } catch (IllegalArgumentException e) {
            // no reference at all, as the next line says
        }
        throw new IOException("the schema " + main + " refers to " + reference
                + ", which is no record next to it or below; put a copy there");
    }

    private static URI fileName(String reference) {
        String path = URI.create(reference).getPath();
        if (path == null || path.endsWith("/")) {
            throw new IllegalArgumentException(reference);
        }
        return URI.create(path.substring(path.lastIndexOf('/') + 1));
    }

    /** The address under which the schema compiler knows a record. */
    static URI address(RecordPath path) {
        try {
            return new URI(SCHEME, null, "/" + path, null);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
