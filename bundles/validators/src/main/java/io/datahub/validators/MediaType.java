package io.datahub.validators;

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

/** What the first bytes of a record show it to be, by {@code media-types.txt}. Immutable. */
final class MediaType {

    /** So many bytes decide. */
    static final int BYTES_NEEDED = 4096;

    private static final MediaType BINARY = new MediaType("application/octet-stream");
    private static final Pattern BLANKS = Pattern.compile("\\s+");
    private static final Pattern JSON = Pattern.compile("\\{\\s*[\"}].*|\\[\\s*[\\[\\]{\"\\d.tfn-].*", Pattern.DOTALL);

    private static final Pattern SVG = Pattern.compile("(?:<!DOCTYPE svg|<svg[\\s>]).*", Pattern.DOTALL);
    private static final Pattern HTML =
            Pattern.compile("(?:<!DOCTYPE html|<html[\\s>]).*", Pattern.DOTALL | Pattern.CASE_INSENSITIVE);

    private static final List<Magic> MAGIC = new ArrayList<>();
    private static final Map<String, Set<String>> BY_EXTENSION = new HashMap<>();

    static {
        read();
    }

    private final String name;

    /**
     * Bytes at places of a file by which it is known.
     *
     * @param type what it is then
     * @param bytes by offset
     */
    private record Magic(String type, Map<Integer, byte[]> bytes) {
        boolean fits(byte[] head) {
            return bytes.entrySet().stream().allMatch(part -> {
                int from = part.getKey();
                int to = from + part.getValue().length;
                return to <= head.length && Arrays.equals(head, from, to, part.getValue(), 0, part.getValue().length);
            });
        }
    }

    private MediaType(String name) {
        this.name = name;
    }

    private static void read() {
        try (InputStream in = MediaType.class.getResourceAsStream("media-types.txt");
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank() && !line.startsWith("#")) {
                    add(BLANKS.split(line.strip(), -1));
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("the list of media types can't be read", e);
        }
    }

    /** A line has a type, the extensions that say so, and offsets with bytes: none for kinds of text. */
    private static void add(String... words) {
        for (String extension : words[1].split(",", -1)) {
            BY_EXTENSION.computeIfAbsent(extension, any -> new HashSet<>()).add(words[0]);
        }
        Map<Integer, byte[]> bytes = new HashMap<>();
        for (String word : Arrays.copyOfRange(words, 2, words.length)) {
            int colon = word.indexOf(':');
            bytes.put(Integer.valueOf(word.substring(0, colon)), HexFormat.of().parseHex(word.substring(colon + 1)));
        }
        if (!bytes.isEmpty()) {
            MAGIC.add(new Magic(words[0], bytes));
        }
    }

    /** Looks at the beginning of a record: {@link #BYTES_NEEDED}, or as much as there is. */
    static MediaType of(byte[] head) {
        for (Magic magic : MAGIC) {
            if (magic.fits(head)) {
                return new MediaType(magic.type());
            }
        }
        return ofText(head);
    }

    private static MediaType ofText(byte[] head) {
        String text = new String(head, StandardCharsets.UTF_8);
        boolean cut = head.length == BYTES_NEEDED;
        int end = cut ? Math.max(0, text.length() - 4) : text.length();
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

    /** What stands behind the XML declaration and comments; empty if one of them doesn't end. In one pass. */
    static String withoutProlog(String text) {
        int at = 0;
        if (text.startsWith("<?xml")) {
            at = behind(text, "?>", 5);
        }
        while (text.startsWith("<!--", at)) {
            at = behind(text, "-->", at + 4);
        }
        return text.substring(at);
    }

    /** Behind the next such sign and the blanks that follow it. */
    private static int behind(String text, String sign, int from) {
        int found = text.indexOf(sign, from);
        int at = found < 0 ? text.length() : found + sign.length();
        while (at < text.length() && " \t\n\r\f\u000b".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        return at;
    }

    /** Whether it is this type, or of this family, such as {@code image/*}. */
    boolean matches(String pattern) {
        return pattern.equals("*/*")
                || (pattern.endsWith("/*")
                        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
                        : name.equalsIgnoreCase(pattern));
    }

    /** Whether a file of this name may be it: the extension says so, or isn't known. */
    boolean fits(String fileName) {
        int dot = fileName.lastIndexOf('.');
        String extension = dot < 0 ? "" : fileName.substring(dot + 1).toLowerCase(Locale.ROOT);
        Set<String> said = BY_EXTENSION.get(extension);
        return said == null || said.contains(name);
    }

    @Override
    public String toString() {
        return name;
    }
}
