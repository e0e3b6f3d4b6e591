package io.datahub.http.files;

import io.datahub.api.record.RecordVersion;
import io.datahub.jetty.web.Exchange;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;

/**
 * The body of the response to a download, and the headers that describe it.
 *
 * @param contentRange the header of a single range, or of an unsatisfiable one; null if there is none
 * @param parts what to send, in order; none if no range is satisfiable
 */
record ContentPlan(int status, String type, long length, String contentRange, List<RecordBody.Part> parts) {

    /** Plans the response for a version, as the ranges in the request ask for. */
    static ContentPlan of(Exchange exchange, RecordVersion version, String type) {
        long size = version.size();
        Optional<List<ByteRange>> ranges = ranges(exchange, version);
        if (ranges.isEmpty()) {
            ByteRange whole = new ByteRange(0, size - 1);
            return new ContentPlan(200, type, size, null, List.of(new RecordBody.Part(whole)));
        }
        List<ByteRange> wanted = ranges.get();
        if (wanted.isEmpty()) {
            return new ContentPlan(416, type, 0, "bytes */" + size, List.of());
        }
        if (wanted.size() == 1) {
            ByteRange range = wanted.get(0);
            return new ContentPlan(
                    206, type, range.length(), range.contentRange(size), List.of(new RecordBody.Part(range)));
        }
        ByteRanges body = ByteRanges.of(wanted, type, size);
        return new ContentPlan(206, body.contentType(), body.length(), null, body.parts());
    }

    private static Optional<List<ByteRange>> ranges(Exchange exchange, RecordVersion version) {
        return exchange.is(HttpMethod.GET)
                ? exchange.header(HttpHeader.RANGE)
                        .filter(range -> exchange.header(HttpHeader.IF_RANGE)
                                .map(condition -> matchesIfRange(version, condition.strip()))
                                .orElse(true))
                        .flatMap(range -> RangeHeader.parse(range, version.size()))
                : Optional.empty();
    }

    /**
     * Whether {@code If-Range} (RFC 9110, 13.1.5) names this version by its entity tag; no date is a strong validator.
     */
    private static boolean matchesIfRange(RecordVersion version, String condition) {
        return version.etag().filter(condition::equals).isPresent();
    }
}
