package io.datahub.api.cloudevent;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.util.Locale;

/** How a request carries CloudEvents, if at all (CloudEvents HTTP binding 1.0.2, 3). */
public enum CloudEventMode {
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

    /**
     * Determines the mode of a request.
     *
     * @param contentType the value of {@code Content-Type}; empty if there is none
     * @param hasSpecVersion whether there is a header {@code ce-specversion}
     * @return the mode, or a refusal ({@link Reason#UNSUPPORTED_MEDIA_TYPE}) if the content type names an event format
     *     that isn't supported
     */
    public static Result<CloudEventMode> of(String contentType, boolean hasSpecVersion) {
        String type = contentType.toLowerCase(Locale.ROOT);
        if (type.startsWith(BATCH_TYPE)) {
            return jsonMode(BATCH, type.substring(BATCH_TYPE.length()));
        }
        if (type.startsWith(STRUCTURED_TYPE)) {
            return jsonMode(STRUCTURED, type.substring(STRUCTURED_TYPE.length()));
        }
        return Result.done(hasSpecVersion ? BINARY : NONE);
    }

    private static Result<CloudEventMode> jsonMode(CloudEventMode mode, String format) {
        boolean isUtf8 =
                !format.contains("charset=") || format.replace("\"", "").contains("charset=utf-8");
        return mediaType(format).equals("+json") && isUtf8
                ? Result.done(mode)
                : Result.refused(
                        Reason.UNSUPPORTED_MEDIA_TYPE,
                        "only CloudEvents in JSON and UTF-8 are supported: application/cloudevents+json or "
                                + "application/cloudevents-batch+json");
    }

    /** A media type without its parameters. */
    static String mediaType(String contentType) {
        int parameters = contentType.indexOf(';');
        return (parameters < 0 ? contentType : contentType.substring(0, parameters)).strip();
    }
}
