package io.datahub.http.files;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.json.JsonText;
import io.datahub.api.record.Listing;
import java.io.IOException;

/** Writes a page of a directory as JSON. */
final class ListingJson {

    private ListingJson() {}

    static byte[] of(Listing listing) {
        return JsonText.of(json -> {
            json.writeStartObject();
            json.writeStringField("path", listing.path().toString());
            json.writeArrayFieldStart("entries");
            for (Listing.Entry entry : listing.entries()) {
                write(json, entry);
            }
            json.writeEndArray();
            json.writeStringField("next", listing.next().orElse(null));
            json.writeStringField("cursor", listing.cursor().toString());
            json.writeEndObject();
        });
    }

    private static void write(JsonGenerator json, Listing.Entry entry) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", entry.name());
        json.writeStringField("type", entry.directory() ? "directory" : "file");
        json.writeNumberField("size", entry.size());
        json.writeStringField("modified", entry.modified().toString());
        if (entry.clientModified().isPresent()) {
            json.writeStringField("clientModified", entry.clientModified().get().toString());
        }
        if (!entry.directory()) {
            json.writeStringField("etag", entry.etag().orElse(null));
        }
        json.writeEndObject();
    }
}
