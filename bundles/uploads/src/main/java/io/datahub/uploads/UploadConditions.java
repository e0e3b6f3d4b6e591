package io.datahub.uploads;

import io.datahub.api.Result;
import io.datahub.api.record.Precondition;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The preconditions of the record that an upload becomes (RFC 9110, 13.1.1 and 13.1.2). They are sent when it is
 * created and stored with it, so that they are evaluated again when it is committed.
 */
final class UploadConditions {

    private static final List<HttpHeader> HEADERS = List.of(HttpHeader.IF_MATCH, HttpHeader.IF_NONE_MATCH);

    private UploadConditions() {}

    /** The headers of the request to store with the upload. */
    static Map<String, String> notes(Exchange exchange) {
        Map<String, String> notes = new HashMap<>();
        HEADERS.forEach(name -> exchange.header(name).ifPresent(value -> notes.put(name.asString(), value)));
        return notes;
    }

    /** The precondition in the notes of an upload; refused if it is malformed. */
    static Result<Precondition> of(Map<String, String> notes) {
        HttpFields.Mutable headers = HttpFields.build();
        HEADERS.forEach(name -> headers.put(name, notes.get(name.asString())));
        return Conditions.of(headers).then(conditions -> Result.done(conditions.precondition()));
    }

    /**
     * Evaluates the conditions of a later request, and responds if they fail. Clients may repeat the conditions of the
     * creation, which apply to the record. Any others apply to the upload, which has the entity tag of its record once
     * that is stored, and none before.
     *
     * @return whether to proceed
     */
    static boolean check(Exchange exchange, TusUpload upload) {
        Map<String, String> conditions = notes(exchange);
        boolean isRepeated = HEADERS.stream()
                .map(HttpHeader::asString)
                .allMatch(name -> Objects.equals(
                        conditions.get(name), upload.draft().notes().get(name)));
        return isRepeated || Conditions.check(exchange, true, upload.draft().etag());
    }
}
