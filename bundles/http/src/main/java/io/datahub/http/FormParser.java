package io.datahub.http;

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
 * Takes {@code multipart/form-data} apart as it comes in (RFC 7578; RFC 2046, 5.1.1). A delimiter begins with CRLF and is a
 * line of its own; anything else, such as LF and the boundary, is content. Of a form nothing is kept but the headers of the
 * present part. For one thread at a time.
 */
final class FormParser {

    private static final int MAX_HEADER_BYTES = 16 * 1024;
    private static final int MAX_PADDING_BYTES = 64;
    private static final Pattern BOUNDARY = Pattern.compile("[\\x20-\\x7e]{0,69}[\\x21-\\x7e]");

    /** Takes the parts. What it refuses ends the form. */
    interface Listener {

        /** A part begins. */
        Optional<Refusal> begin(FormPart part) throws IOException;

        /** Some bytes of the part, for as long as the call lasts. */
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
    private int parts;

    /** The last four bytes of the headers. */
    private int lastBytes;

    /** How much of the delimiter has come. */
    private int matched;

    /** How much of that is no content in any case, since it ended the headers, or stands before the form. */
    private int borrowed;

    /**
     * Begins with a form.
     *
     * @param maxParts the number of parts at most
     */
    FormParser(String boundary, int maxParts, Listener listener) {
        this.listener = listener;
        this.maxParts = maxParts;
        delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
        beginLine();
    }

    /** Whether this can stand between parts. */
    static boolean isBoundary(String text) {
        return BOUNDARY.matcher(text).matches();
    }

    /** Whether the last delimiter has come. */
    boolean isComplete() {
        return state == State.EPILOGUE;
    }

    /** Takes what came; the first refusal is the last. */
    Optional<Refusal> take(ByteBuffer bytes) throws IOException {
        Optional<Refusal> refusal = Optional.empty();
        while (bytes.hasRemaining() && refusal.isEmpty()) {
            refusal = switch (state) {
                case PREAMBLE, CONTENT -> matched > 0 ? goOn(bytes) : scan(bytes);
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
        borrowed = 2;
    }

    /** Looks for the delimiter in these bytes. CR occurs in it nowhere but at its beginning, so no byte is looked at twice. */
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
        borrowed = 0;
        if (count == delimiter.length) {
            beginPadding();
        }
    }

    private void beginPadding() {
        state = State.DELIMITER;
        padding.clear();
    }

    /** Goes on with a delimiter of which the beginning has come. */
    private Optional<Refusal> goOn(ByteBuffer bytes) throws IOException {
        if (bytes.get(bytes.position()) != delimiter[matched]) {
            ByteBuffer isContent = ByteBuffer.wrap(delimiter, borrowed, matched - borrowed);
            matched = 0;
            return content(isContent);
        }
        bytes.get();
        if (++matched == delimiter.length) {
            beginPadding();
        }
        return Optional.empty();
    }

    /** Decides by what follows whether it was a delimiter: -- if it was the last, else blanks and CRLF. */
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
            return takeForContent();
        }
        return Optional.empty();
    }

    private Optional<Refusal> takeForContent() throws IOException {
        state = inPart ? State.CONTENT : State.PREAMBLE;
        matched = 0;
        Optional<Refusal> refusal = content(ByteBuffer.wrap(delimiter, borrowed, delimiter.length - borrowed));
        return refusal.isPresent() ? refusal : content(padding.flip());
    }

    private Optional<Refusal> beginHeaders() {
        state = State.HEADERS;
        inPart = true;
        headers.reset();
        lastBytes = 0;
        return ++parts > maxParts
                ? refuse("the form has more than " + maxParts + " parts; send it in several")
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
