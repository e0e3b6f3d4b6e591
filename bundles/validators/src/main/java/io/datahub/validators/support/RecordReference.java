package io.datahub.validators.support;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Pattern;

/** Resolves references between schemas to records. */
public final class RecordReference {

    /** The URI scheme of records in the schema compiler. */
    public static final String SCHEME = "record";

    private static final Pattern ABSOLUTE = Pattern.compile("^(?:[A-Za-z][A-Za-z0-9+.-]*:|//).*", Pattern.DOTALL);

    private RecordReference() {}

    /**
     * Returns the record that a schema refers to. An external address such as {@code http://www.w3.org/2001/xml.xsd} is
     * resolved by its file name to a record next to the main schema.
     *
     * @param main the main schema; the referenced records must be in its directory or below
     * @param base the address of the referring schema
     * @throws IOException if the reference isn't a record in the directory of the main schema or below
     */
    static RecordPath resolve(RecordPath main, String base, String reference) throws IOException {
        try {
            URI target = ABSOLUTE.matcher(reference).matches()
                    ? address(main).resolve(fileName(reference))
                    : URI.create(base).resolve(reference);
            String path = target.normalize().getPath();
            Result<RecordPath> record = RecordPath.parse(path.substring(path.startsWith("/") ? 1 : 0));
            if (!record.isRefused() && record.get().isBelow(main.parent())) {
                return record.get();
            }
        } catch (IllegalArgumentException e) {
            // not a valid reference: reported below
        }
        throw new IOException("the schema " + main + " refers to " + reference
                + ", which is not a record in its directory or below; put a copy there");
    }

    private static URI fileName(String reference) {
        String path = URI.create(reference).getPath();
        if (path == null || path.endsWith("/")) {
            throw new IllegalArgumentException(reference);
        }
        return URI.create(path.substring(path.lastIndexOf('/') + 1));
    }

    /** The URI of a record in the schema compiler. */
    public static URI address(RecordPath path) {
        try {
            return new URI(SCHEME, null, "/" + path, null);
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
