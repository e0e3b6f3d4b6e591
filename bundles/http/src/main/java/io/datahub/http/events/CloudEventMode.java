package io.datahub.http.events;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.HeaderValue;
import java.util.Locale;
import org.eclipse.jetty.http.HttpHeader;

/** How a request carries CloudEvents, if at all (CloudEvents HTTP binding 1.0.2, 3). */
enum CloudEventMode {
    /** No CloudEvent: the body is a plain payload. */
    NONE,
    /** The attributes are headers, and the body is the data. */
    BINARY,
    /** The body is a CloudEvent in JSON. */
    STRUCTURED,
    /** The body is an array of CloudEvents in JSON. */
    BATCH;

    private static final String STRUCTURED_TYPE = "application/cloudevents";
    private static final String BATCH_TYPE = STRUCTURED_TYPE + "-batch";

    /** Determines the mode from the headers; refused if they name an event format that the hub does not support. */
    static Result<CloudEventMode> of(Exchange exchange) {
        String type = exchange.header(HttpHeader.CONTENT_TYPE).orElse("").toLowerCase(Locale.ROOT);
        if (type.startsWith(BATCH_TYPE)) {
            return jsonMode(BATCH, type.substring(BATCH_TYPE.length()));
        }
        if (type.startsWith(STRUCTURED_TYPE)) {
            return jsonMode(STRUCTURED, type.substring(STRUCTURED_TYPE.length()));
        }
        return Result.done(
                exchange.header(CloudEventHeaders.PREFIX + "specversion").isPresent() ? BINARY : NONE);
    }

    private static Result<CloudEventMode> jsonMode(CloudEventMode mode, String format) {
        boolean isUtf8 =
                !format.contains("charset=") || format.replace("\"", "").contains("charset=utf-8");
        return HeaderValue.mediaType(format).equals("+json") && isUtf8
                ? Result.done(mode)
                : Result.refused(
                        Reason.UNSUPPORTED_MEDIA_TYPE,
                        "CloudEvents are taken in JSON and UTF-8: application/cloudevents+json, or -batch+json");
    }
}
