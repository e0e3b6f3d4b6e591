package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import java.util.Map;
import java.util.Optional;
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
        Optional<Refusal> coded = coded(headers);
        return coded.isPresent()
                ? Result.refused(coded.get())
                : Conditions.of(headers)
                        .then(conditions -> Digests.of(headers)
                                .then(digests -> Result.done(new WriteHeaders(conditions.precondition(), digests))));
    }

    /** Why a body isn't taken that has a content coding, which nothing here decodes; empty if it has none. */
    static Optional<Refusal> coded(HttpFields headers) {
        return headers.getValuesList(HttpHeader.CONTENT_ENCODING).stream()
                        .allMatch(coding -> coding.strip().equalsIgnoreCase("identity"))
                ? Optional.empty()
                : Optional.of(new Refusal(
                        Reason.UNSUPPORTED_MEDIA_TYPE, "bodies are taken as they are; leave Content-Encoding out"));
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
