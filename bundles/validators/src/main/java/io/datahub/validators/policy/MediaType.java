package io.datahub.validators.policy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The media type of a record, detected from its first bytes by {@code media-types.txt}. Immutable. */
final class MediaType {

    /** The number of bytes that are examined. */
    static final int BYTES_NEEDED = 4096;

    private static final MediaType BINARY = new MediaType("application/octet-stream");
    private static final Pattern WHITESPACE = Pattern.compile("\\s+");
    private static final Pattern JSON = Pattern.compile("\\{\\s*[\"}].*|\\[\\s*[\\[\\]{\"\\d.tfn-].*", Pattern.DOTALL);

    private static final Pattern SVG = Pattern.compile("(?:<!DOCTYPE svg|<svg[\\s>]).*", Pattern.DOTALL);
    private static final Pattern HTML =
            Pattern.compile("(?:<!DOCTYPE html|<html[\\s>]).*", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private static final List<Magic> MAGIC = new ArrayList<>();
    private static final Map<String, Set<String>> BY_EXTENSION = new HashMap<>();

    static {
        load();
    }

    private final String name;

    /**
     * A byte signature.
     *
     * @param type the media type that it identifies
     * @param bytes the expected bytes by offset
     */
    private record Magic(String type, Map<Integer, byte[]> bytes) {
        boolean matches(byte[] head) {
            return bytes.entrySet().stream().allMatch(entry -> {
                int from = entry.getKey();
                int to = from + entry.getValue().length;
                return to <= head.length && Arrays.equals(head, from, to, entry.getValue(), 0, entry.getValue().length);
            });
        }
    }

    private MediaType(String name) {
        this.name = name;
    }

    private static void load() {
        try (InputStream in = MediaType.class.getResourceAsStream("media-types.txt");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    add(WHITESPACE.split(line.strip(), -1));
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the list of media types can't be read", e);
        }
    }

    /**
     * Parses a line: a media type, its file extensions, and its signature as offsets with bytes; text types have no
     * signature.
     */
    private static void add(String... fields) {
        for (String extension : fields[1].split(",", -1)) {
            BY_EXTENSION.computeIfAbsent(extension, any -> new HashSet<>()).add(fields[0]);
        }
        Map<Integer, byte[]> bytes = new HashMap<>();
        for (String field : Arrays.copyOfRange(fields, 2, fields.length)) {
            int colon = field.indexOf(':');
            bytes.put(Integer.valueOf(field.substring(0, colon)), HexFormat.of().parseHex(field.substring(colon + 1)));
        }
        if (!bytes.isEmpty()) {
            MAGIC.add(new Magic(fields[0], bytes));
        }
    }

    /** Detects the media type of a record from its start: {@link #BYTES_NEEDED} bytes, or all if there are fewer. */
    static MediaType of(byte[] head) {
        for (Magic magic : MAGIC) {
            if (magic.matches(head)) {
                return new MediaType(magic.type());
            }
        }
        return ofText(head);
    }

    private static MediaType ofText(byte[] head) {
        String text = new String(head, StandardCharsets.UTF_8);
        boolean isTruncated = head.length == BYTES_NEEDED;
        int end = isTruncated ? Math.max(0, text.length() - 4) : text.length();
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c == '\ufffd' || (c < ' ' && "\t\n\f\r\u001b".indexOf(c) < 0)) {
                return BINARY;
            }
        }
        String start = (text.startsWith("\ufeff") ? text.substring(1) : text).stripLeading();
        String root = withoutProlog(start);
        if (SVG.matcher(root).matches()) {
            return new MediaType("image/svg+xml");
        }
        if (HTML.matcher(root).matches()) {
            return new MediaType("text/html");
        }
        if (start.startsWith("<?xml") || start.matches("(?s)<[A-Za-z_][^<>]*>.*")) {
            return new MediaType("application/xml");
        }
        if (start.startsWith("#!")) {
            return new MediaType("text/x-script");
        }
        return new MediaType(JSON.matcher(start).matches() ? "application/json" : "text/plain");
    }

    /**
     * Returns the text after the XML declaration and comments; empty if one of them isn't terminated. Runs in linear
     * time.
     */
    static String withoutProlog(String text) {
        int position = 0;
        if (text.startsWith("<?xml")) {
            position = skipPast(text, "?>", 5);
        }
        while (text.startsWith("<!--", position)) {
            position = skipPast(text, "-->", position + 4);
        }
        return text.substring(position);
    }

    /** Returns the position after the next marker and the white space that follows it. */
    private static int skipPast(String text, String marker, int from) {
        int found = text.indexOf(marker, from);
        int position = found < 0 ? text.length() : found + marker.length();
        while (position < text.length() && " \t\n\r\f\u000b".indexOf(text.charAt(position)) >= 0) {
            position++;
        }
        return position;
    }

    /** Whether it matches a media type or a range such as {@code image/*}. */
    boolean matches(String pattern) {
        return pattern.equals("*/*")
                || (pattern.endsWith("/*")
                        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                        : name.equalsIgnoreCase(pattern));
    }

    /** Whether the media type is possible for a file name: its extension has this type, or is unknown. */
    boolean matchesExtension(String fileName) {
        int dot = fileName.lastIndexOf('.');
        String extension = dot < 0 ? "" : fileName.substring(dot + 1).toLowerCase(Locale.ROOT);
        Set<String> expected = BY_EXTENSION.get(extension);
        return expected == null || expected.contains(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
