package io.datahub.jetty.web;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The headers of a write request.
 *
 * @param precondition the precondition of the write
 * @param digests of the body
 */
public record WriteHeaders(Precondition precondition, Map<String, String> digests) {

    public static Result<WriteHeaders> of(HttpFields headers) {
        if (headers.contains(HttpHeader.CONTENT_RANGE)) {
            return Result.refused(Reason.BAD_REQUEST, "partial writes aren't supported; omit Content-Range");
        }
        Optional<Refusal> encodingRefusal = refuseContentEncoding(headers);
        return encodingRefusal.isPresent()
                ? Result.refused(encodingRefusal.get())
                : Conditions.of(headers)
                        .then(conditions -> Digests.of(headers)
                                .then(digests -> Result.done(new WriteHeaders(conditions.precondition(), digests))));
    }

    /** Refuses a body with a content coding, because the hub decodes none; empty if it has none. */
    public static Optional<Refusal> refuseContentEncoding(HttpFields headers) {
        return headers.getValuesList(HttpHeader.CONTENT_ENCODING).stream()
                        .allMatch(coding -> coding.strip().equalsIgnoreCase("identity"))
                ? Optional.empty()
                : Optional.of(new Refusal(
                        Reason.UNSUPPORTED_MEDIA_TYPE, "encoded bodies aren't supported; omit Content-Encoding"));
    }

    /** Builds the request to write this record; the login is renewed before the commit, in case it was revoked. */
    public WriteRequest request(Login login, Authenticator authenticator, RecordPath path, long length) {
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
