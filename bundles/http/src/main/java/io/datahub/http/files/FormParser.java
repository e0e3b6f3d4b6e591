package io.datahub.http.files;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A streaming parser of {@code multipart/form-data} (RFC 7578; RFC 2046, 5.1.1). A delimiter starts with CRLF and is a
 * line of its own; anything else, such as LF and the boundary, is content. Only the headers of the current part are
 * buffered. Not thread-safe.
 */
final class FormParser {

    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final int MAX_PADDING_BYTES = 64;
    private static final Pattern BOUNDARY = Pattern.compile("[\\x20-\\x7e]{0,69}[\\x21-\\x7e]");

    /** Receives the parts. A refusal ends the parsing of the form. */
    interface Listener {

        /** A part starts. */
        Optional<Refusal> begin(FormPart part) throws IOException;

        /** Some content of the part; the buffer is valid only during the call. */
        Optional<Refusal> content(ByteBuffer bytes) throws IOException;
    }

    private enum State {
        PREAMBLE,
        CONTENT,
        DELIMITER,
        HEADERS,
        EPILOGUE
    }

    private final Listener listener;
    private final int maxParts;
    private final byte[] delimiter;
    private final ByteArrayOutputStream headers = new ByteArrayOutputStream(256);
    private final ByteBuffer padding = ByteBuffer.allocate(MAX_PADDING_BYTES);
    private State state = State.PREAMBLE;
    private boolean inPart;
    private int partCount;

    /** The last four bytes of the headers. */
    private int lastBytes;

    /** The number of bytes of the delimiter that have been matched. */
    private int matched;

    /**
     * The number of matched bytes that are not content in any case, because they ended the headers or precede the form.
     */
    private int nonContent;

    /**
     * Starts to parse a form.
     *
     * @param maxParts the maximum number of parts
     */
    FormParser(String boundary, int maxParts, Listener listener) {
        this.listener = listener;
        this.maxParts = maxParts;
        delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
        beginLine();
    }

    /** Whether this is a valid boundary. */
    static boolean isBoundary(String text) {
        return BOUNDARY.matcher(text).matches();
    }

    /** Whether the last delimiter has been read. */
    boolean isComplete() {
        return state == State.EPILOGUE;
    }

    /** Parses the next bytes. Parsing ends with the first refusal. */
    Optional<Refusal> parse(ByteBuffer bytes) throws IOException {
        Optional<Refusal> refusal = Optional.empty();
        while (bytes.hasRemaining() && refusal.isEmpty()) {
            refusal = switch (state) {
                case PREAMBLE, CONTENT -> matched > 0 ? continueDelimiter(bytes) : scan(bytes);
                case DELIMITER -> endOfDelimiter(bytes);
                case HEADERS -> header(bytes.get());
                case EPILOGUE -> {
                    bytes.position(bytes.limit());
                    yield Optional.empty();
                }
            };
        }
        return refusal;
    }

    private void beginLine() {
        matched = 2;
        nonContent = 2;
    }

    /**
     * Searches for the delimiter in these bytes. It contains CR only as its first byte, so each byte is examined once.
     */
    private Optional<Refusal> scan(ByteBuffer bytes) throws IOException {
        int start = bytes.position();
        int limit = bytes.limit();
        int i = start;
        while (i < limit) {
            if (bytes.get(i) != '\r') {
                i++;
                continue;
            }
            int count = 1;
            while (count < delimiter.length && i + count < limit && bytes.get(i + count) == delimiter[count]) {
                count++;
            }
            if (count == delimiter.length || i + count == limit) {
                bytes.position(i + count);
                setMatched(count);
                return content(bytes.duplicate().position(start).limit(i));
            }
            i += count;
        }
        bytes.position(limit);
        return content(bytes.duplicate().position(start));
    }

    private void setMatched(int count) {
        matched = count;
        nonContent = 0;
        if (count == delimiter.length) {
            beginPadding();
        }
    }

    private void beginPadding() {
        state = State.DELIMITER;
        padding.clear();
    }

    /** Continues a delimiter whose beginning has been matched. */
    private Optional<Refusal> continueDelimiter(ByteBuffer bytes) throws IOException {
        if (bytes.get(bytes.position()) != delimiter[matched]) {
            ByteBuffer falseMatch = ByteBuffer.wrap(delimiter, nonContent, matched - nonContent);
            matched = 0;
            return content(falseMatch);
        }
        bytes.get();
        if (++matched == delimiter.length) {
            beginPadding();
        }
        return Optional.empty();
    }

    /** Decides by the following bytes whether it was a delimiter: -- after the last one, otherwise padding and CRLF. */
    private Optional<Refusal> endOfDelimiter(ByteBuffer bytes) throws IOException {
        byte next = bytes.get();
        int count = padding.position();
        int last = count == 0 ? 0 : padding.get(count - 1);
        boolean isBlank = (next == ' ' || next == '\t') && last != '-' && last != '\r';
        if (next == '-' && last == '-') {
            state = State.EPILOGUE;
        } else if (next == '\n' && last == '\r') {
            return beginHeaders();
        } else if (padding.hasRemaining()
                && ((next == '-' && count == 0) || (next == '\r' && last != '-' && last != '\r') || isBlank)) {
            padding.put(next);
        } else {
            bytes.position(bytes.position() - 1);
            return treatAsContent();
        }
        return Optional.empty();
    }

    private Optional<Refusal> treatAsContent() throws IOException {
        state = inPart ? State.CONTENT : State.PREAMBLE;
        matched = 0;
        Optional<Refusal> refusal = content(ByteBuffer.wrap(delimiter, nonContent, delimiter.length - nonContent));
        return refusal.isPresent() ? refusal : content(padding.flip());
    }

    private Optional<Refusal> beginHeaders() {
        state = State.HEADERS;
        inPart = true;
        headers.reset();
        lastBytes = 0;
        return ++partCount > maxParts
                ? refuse("the form has more than " + maxParts + " parts; split it into several forms")
                : Optional.empty();
    }

    private Optional<Refusal> header(byte next) throws IOException {
        headers.write(next);
        lastBytes = lastBytes << 8 | (next & 0xff);
        if (!endsHeaders()) {
            return headers.size() < MAX_HEADER_BYTES
                    ? Optional.empty()
                    : refuse("the headers of a part of the form are longer than " + MAX_HEADER_BYTES + " bytes");
        }
        state = State.CONTENT;
        beginLine();
        Result<FormPart> part = FormPart.parse(headers.toByteArray());
        return part.isRefused() ? part.refusal() : listener.begin(part.get());
    }

    private boolean endsHeaders() {
        return lastBytes == 0x0d0a0d0a || (headers.size() == 2 && lastBytes == 0x0d0a);
    }

    private Optional<Refusal> content(ByteBuffer bytes) throws IOException {
        return inPart && bytes.hasRemaining() ? listener.content(bytes) : Optional.empty();
    }

    private static Optional<Refusal> refuse(String detail) {
        return Optional.of(new Refusal(Reason.BAD_REQUEST, detail));
    }
}
