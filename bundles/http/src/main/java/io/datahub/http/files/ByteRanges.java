package io.datahub.http.files;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A response body of several ranges: {@code multipart/byteranges} (RFC 9110, 14.6).
 *
 * @param contentType of the whole body
 * @param parts the parts to send, in order
 */
record ByteRanges(String contentType, List<RecordBody.Part> parts) {

    /**
     * Builds the body.
     *
     * @param type the media type of the record
     * @param size the size of the record
     */
    static ByteRanges of(List<ByteRange> ranges, String type, long size) {
        String boundary =
                "datahub" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        List<RecordBody.Part> parts = new ArrayList<>();
        for (ByteRange range : ranges) {
            String text = "\r\n--%s\r\nContent-Type: %s\r\nContent-Range: %s\r\n\r\n"
                    .formatted(boundary, type, range.contentRange(size));
            parts.add(new RecordBody.Part(text, range));
        }
        parts.add(new RecordBody.Part("\r\n--" + boundary + "--\r\n", new ByteRange(0, -1)));
        return new ByteRanges("multipart/byteranges; boundary=" + boundary, parts);
    }

    /** The length of the whole body in bytes. */
    long length() {
        return parts.stream()
                .mapToLong(part -> part.text().length() + part.range().length())
                .sum();
    }
}
