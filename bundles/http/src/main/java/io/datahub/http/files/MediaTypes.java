package io.datahub.http.files;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.MimeTypes;

/** Derives the media type of a record from its extension, and decides whether a browser may display it inline. */
final class MediaTypes {

    /** Types of extensions that are missing from Jetty's table. */
    private static final Map<String, String> ADDITIONAL = Map.ofEntries(
            Map.entry("md", "text/markdown"),
            Map.entry("log", "text/plain"),
            Map.entry("diff", "text/x-diff"),
            Map.entry("patch", "text/x-diff"),
            Map.entry("yaml", "application/yaml"),
            Map.entry("yml", "application/yaml"),
            Map.entry("toml", "application/toml"),
            Map.entry("jsonl", "application/x-ndjson"),
            Map.entry("ndjson", "application/x-ndjson"),
            Map.entry("parquet", "application/vnd.apache.parquet"),
            Map.entry("deb", "application/vnd.debian.binary-package"));

    private static final String UNKNOWN = "application/octet-stream";
    private static final Pattern COMMA = Pattern.compile(",");

    /** Types that a browser executes, or that can contain executable content. */
    private static final Pattern EXECUTABLE = Pattern.compile(
            "text/html|.*xml|image/svg.*|.*script|application/pdf|application/x-shockwave-flash"
                    + "|multipart/.*|message/.*|text/cache-manifest|.*java.*|application/x-x509.*|text/xsl.*|application/wasm");

    private final Set<String> inline;

    /** Whether a type is an attachment, by type as in {@code Content-Type}; there are as many as the tables have. */
    private final Map<String, Boolean> attachments = new ConcurrentHashMap<>();

    /**
     * Creates the table with exceptions.
     *
     * @param inline executable types that are displayed inline nevertheless, each alone or several separated by commas
     */
    MediaTypes(String... inline) {
        this.inline = Arrays.stream(inline)
                .flatMap(COMMA::splitAsStream)
                .map(type -> type.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The type of a record with this name, as in {@code Content-Type}. */
    static String of(String name) {
        String type = MimeTypes.DEFAULTS.getMimeByExtension(name);
        if (type == null) {
            String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
            type = ADDITIONAL.getOrDefault(extension, UNKNOWN);
        }
        return type.startsWith("text/") && !type.contains(";") ? type + ";charset=utf-8" : type;
    }

    /** Whether a browser must save it instead of displaying it. */
    boolean isAttachment(String type) {
        return attachments.computeIfAbsent(type, this::isExecutable);
    }

    private boolean isExecutable(String type) {
        int parameters = type.indexOf(';');
        String mediaType =
                (parameters < 0 ? type : type.substring(0, parameters)).strip().toLowerCase(Locale.ROOT);
        return EXECUTABLE.matcher(mediaType).matches() && !inline.contains(mediaType);
    }
}
