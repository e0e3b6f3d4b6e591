package io.datahub.jetty.web;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * The headers of a write request.
 *
 * @param precondition the precondition of the write
 * @param digests of the body
 * @param clientModified the client's own time of the body: {@code X-OC-Mtime}, in seconds since 1970, as ownCloud's and
 *     Nextcloud's clients and rclone send it
 */
public record WriteHeaders(Precondition precondition, Map<String, String> digests, Optional<Instant> clientModified) {

    /** The header with the client's own time; in a response it says that the time was kept. */
    public static final String CLIENT_MODIFIED = "X-OC-Mtime";

    private static final Pattern SECONDS = Pattern.compile("-?[0-9]{1,12}(?:\\.[0-9]{1,9})?");

    public static Result<WriteHeaders> of(HttpFields headers) {
        if (headers.contains(HttpHeader.CONTENT_RANGE)) {
            return Result.refused(Reason.BAD_REQUEST, "partial writes aren't supported; omit Content-Range");
        }
        Optional<Refusal> encodingRefusal = refuseContentEncoding(headers);
        return encodingRefusal.isPresent()
                ? Result.refused(encodingRefusal.get())
                : Conditions.of(headers)
                        .then(conditions -> Digests.of(headers)
                                .then(digests -> clientModified(headers)
                                        .then(time -> Result.done(
                                                new WriteHeaders(conditions.precondition(), digests, time)))));
    }

    private static Result<Optional<Instant>> clientModified(HttpFields headers) {
        String text = headers.get(CLIENT_MODIFIED);
        if (text == null) {
            return Result.done(Optional.empty());
        }
        if (!SECONDS.matcher(text.strip()).matches()) {
            return Result.refused(Reason.BAD_REQUEST, CLIENT_MODIFIED + " must be a time in seconds since 1970");
        }
        BigDecimal seconds = new BigDecimal(text.strip());
        BigDecimal whole = seconds.setScale(0, RoundingMode.FLOOR);
        long nanos = seconds.subtract(whole).movePointRight(9).longValueExact();
        return Result.done(Optional.of(Instant.ofEpochSecond(whole.longValueExact(), nanos)));
    }

    /** Confirms in the response that the time that the request named was kept. */
    public static void confirmClientModified(Exchange exchange, RecordVersion version) {
        if (exchange.request().getHeaders().contains(CLIENT_MODIFIED)
                && version.clientModified().isPresent()) {
            exchange.response().getHeaders().put(CLIENT_MODIFIED, "accepted");
        }
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
                clientModified,
                () -> authenticator.renew(login).map(Login::user));
    }
}
