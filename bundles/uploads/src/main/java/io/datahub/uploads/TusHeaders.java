package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordUrls;
import io.datahub.api.record.Change;
import io.datahub.jetty.web.Digests;
import io.datahub.jetty.web.Exchange;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.DateGenerator;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;

/** Constants, request headers and response headers of the tus protocol. */
final class TusHeaders {

    static final String VERSION = "1.0.0";
    static final String EXTENSIONS =
            "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination,concatenation";
    static final String BYTES = "application/offset+octet-stream";
    static final int CHECKSUM_MISMATCH = 460;

    static final String RESUMABLE = "Tus-Resumable";
    static final String OVERRIDE = "X-HTTP-Method-Override";
    static final String OFFSET = "Upload-Offset";
    static final String LENGTH = "Upload-Length";
    static final String DEFERRED = "Upload-Defer-Length";
    static final String METADATA = "Upload-Metadata";
    static final String EXPIRES = "Upload-Expires";

    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    private TusHeaders() {}

    static String location(TusUpload upload) {
        return UploadsHandler.MOUNT + "/" + upload.name();
    }

    /** Sets the expiration time of an incomplete upload. */
    static void setExpires(Exchange exchange, TusUpload upload) {
        exchange.response()
                .getHeaders()
                .put(EXPIRES, DateGenerator.formatDate(upload.draft().expires()));
    }

    /** Sets the headers that describe the record created from the upload. */
    static void setRecordHeaders(Exchange exchange, TusUpload upload, Change change) {
        HttpFields.Mutable headers = exchange.response().getHeaders();
        change.version().etag().ifPresent(etag -> headers.put(HttpHeader.ETAG, etag));
        change.version().sha256().ifPresent(hash -> headers.put(Digests.REPR_DIGEST, Digests.format(hash)));
        headers.put(HttpHeader.CONTENT_LOCATION, recordUri(upload));
    }

    static String recordUri(TusUpload upload) {
        return RecordUrls.RELATIVE.of(upload.draft().path());
    }

    /**
     * The method. If the HTTP library of a client does not support it, it can be sent as a {@code POST} with an
     * override header.
     */
    static String method(Exchange exchange) {
        String given = exchange.request().getMethod();
        return HttpMethod.POST.is(given) ? exchange.header(OVERRIDE).orElse(given) : given;
    }

    /** The value of the header if it is a non-negative number. */
    static Optional<Long> number(Exchange exchange, String name) {
        return exchange.header(name)
                .filter(text -> NUMBER.matcher(text).matches())
                .map(Long::valueOf);
    }

    /** The value of {@code Upload-Length}; refused if it is not a number of bytes. */
    static Result<OptionalLong> length(Exchange exchange) {
        Optional<Long> length = number(exchange, LENGTH);
        if (length.isEmpty() && exchange.header(LENGTH).isPresent()) {
            return Result.refused(Reason.BAD_REQUEST, LENGTH + " must be a number of bytes");
        }
        return Result.done(length.map(OptionalLong::of).orElseGet(OptionalLong::empty));
    }
}
