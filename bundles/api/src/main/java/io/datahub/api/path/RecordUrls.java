package io.datahub.api.path;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * The URLs at which clients find records over HTTP: absolute if the hub's public URL is known, otherwise beginning with
 * {@code /files/}. They are built when an event or an answer is written and never stored, so that they follow a changed
 * public URL. Immutable.
 */
public final class RecordUrls {

    /** What a public URL may look like, for error messages. */
    public static final String ALLOWED =
            "an http or https URL with a host, without credentials, query and fragment, such as https://hub.example";

    /** URLs that begin with {@code /files/}: for a hub whose public URL isn't known. */
    public static final RecordUrls RELATIVE = new RecordUrls("");

    private static final String FILES = "/files/";
    private static final int MAX_PORT = 65_535;

    private final String base;

    private RecordUrls(String base) {
        this.base = base;
    }

    /**
     * The URLs of a hub with this public URL.
     *
     * @param publicUrl the URL at which clients reach {@code /} of the hub, with or without a trailing slash; blank if
     *     it isn't known
     * @return its URLs
     * @throws IllegalArgumentException if it isn't {@link #ALLOWED}; the message doesn't repeat it, since it may
     *     contain credentials
     */
    public static RecordUrls of(String publicUrl) {
        String stripped = publicUrl.strip();
        if (stripped.isEmpty()) {
            return RELATIVE;
        }
        if (!isAllowed(stripped)) {
            throw new IllegalArgumentException("the public URL is invalid; set it to " + ALLOWED);
        }
        int end = stripped.length();
        while (stripped.charAt(end - 1) == '/') {
            end--;
        }
        return new RecordUrls(stripped.substring(0, end));
    }

    private static boolean isAllowed(String text) {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            return false;
        }
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        return (scheme.equals("http") || scheme.equals("https"))
                && url.getHost() != null
                && url.getPort() <= MAX_PORT
                && url.getRawUserInfo() == null
                && url.getRawQuery() == null
                && url.getRawFragment() == null
                && url.normalize().equals(url)
                && text.equals(url.toASCIIString());
    }

    /**
     * The URL of a record, percent-encoded (RFC 3986) except for the slashes between its segments.
     *
     * @param path its path
     * @return an absolute URL, or one that begins with {@code /files/}
     */
    public String of(RecordPath path) {
        return base + FILES + PercentText.encodePath(path.toString());
    }

    /** The public URL without a trailing slash; empty if it isn't known. */
    @Override
    public String toString() {
        return base;
    }
}
