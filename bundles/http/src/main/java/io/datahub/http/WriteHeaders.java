package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * What the headers of a write say.
 *
 * @param precondition what must hold
 * @param digests of the body
 */
record WriteHeaders(Precondition precondition, Map<String, String> digests) {

    static Result<WriteHeaders> of(HttpFields headers) {
        if (headers.contains(HttpHeader.CONTENT_RANGE)) {
            return Result.refused(Reason.BAD_REQUEST, "a record is written whole; leave Content-Range out");
        }
        String coding = headers.get(HttpHeader.CONTENT_ENCODING);
        if (coding != null && !coding.equalsIgnoreCase("identity")) {
            return Result.refused(
                    Reason.UNSUPPORTED_MEDIA_TYPE, "bodies are stored as they are; leave Content-Encoding out");
        }
        List<String> digests = new ArrayList<>(headers.getValuesList(Digests.CONTENT_DIGEST));
        digests.addAll(headers.getValuesList(Digests.REPR_DIGEST));
        return Conditions.of(headers)
                .then(conditions -> Digests.parse(digests)
                        .then(parsed -> Result.done(new WriteHeaders(conditions.precondition(), parsed))));
    }

    /** The wish to write this record, for as long as its user may. */
    WriteRequest request(Login login, Authenticator authenticator, RecordPath path, long length) {
        return new WriteRequest(
                login.user(),
                login.origin().toString(),
                path,
                precondition,
                length < 0 ? OptionalLong.empty() : OptionalLong.of(length),
                digests,
                () -> authenticator.renew(login).map(Login::user));
    }
}
