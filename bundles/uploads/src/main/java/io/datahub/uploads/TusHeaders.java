package io.datahub.uploads;

import io.datahub.api.record.Change;
import io.datahub.api.record.PartialUpload;
import java.util.Base64;
import java.util.HexFormat;
import org.eclipse.jetty.http.DateGenerator;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.URIUtil;

/** Constants and response headers of the tus protocol. */
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

    private TusHeaders() {}

    static String location(PartialUpload upload) {
        return UploadsHandler.MOUNT + "/" + upload.name();
    }

    /** Sets the expiration time of an incomplete upload. */
    static void setExpires(Exchange exchange, PartialUpload upload) {
        exchange.put(EXPIRES, DateGenerator.formatDate(upload.expires()));
    }

    /** Sets the headers that describe the record created from the upload. */
    static void setRecordHeaders(Exchange exchange, PartialUpload upload, Change change) {
        change.version().etag().ifPresent(etag -> exchange.put(HttpHeader.ETAG.asString(), etag));
        change.version().sha256().ifPresent(hash -> exchange.put("Repr-Digest", digest(hash)));
        exchange.put(HttpHeader.CONTENT_LOCATION.asString(), recordUri(upload));
    }

    static String recordUri(PartialUpload upload) {
        return "/files/" + URIUtil.encodePath(upload.path().toString());
    }

    private static String digest(String sha256) {
        return "sha-256=:" + Base64.getEncoder().encodeToString(HexFormat.of().parseHex(sha256)) + ":";
    }
}
