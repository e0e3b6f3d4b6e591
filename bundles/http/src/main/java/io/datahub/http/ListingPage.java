package io.datahub.http;

import io.datahub.api.record.Listing;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A page of a directory for people. */
final class ListingPage {

    private static final String STYLE = "body{font:15px/1.5 system-ui,sans-serif;margin:2em;max-width:60em}"
            + "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2em 1em .2em 0}"
            + "td.n{text-align:right;font-variant-numeric:tabular-nums}a{text-decoration:none}";

    private ListingPage() {}

    static byte[] of(Listing listing, int limit) {
        String title = "/" + listing.path();
        StringBuilder page = new StringBuilder(4096);
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
                .append(escape(title))
                .append("</title><style>")
                .append(STYLE)
                .append("</style></head>\n<body><h1>")
                .append(escape(title))
                .append("</h1>\n<table><tr><th>name</th><th>bytes</th><th>modified</th></tr>\n");
        if (!listing.path().isRoot()) {
            page.append("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
        }
        listing.entries().forEach(entry -> append(page, entry));
        page.append("</table>\n");
        listing.next()
                .ifPresent(next -> page.append("<p><a href=\"?limit=")
                        .append(limit)
                        .append("&amp;after=")
                        .append(URLEncoder.encode(next, StandardCharsets.UTF_8))
                        .append("\">more</a></p>\n"));
        return page.append("</body></html>\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder page, Listing.Entry entry) {
        String slash = entry.directory() ? "/" : "";
        page.append("<tr><td><a href=\"./")
                .append(escape(PercentText.encodePath(entry.name())))
                .append(slash)
                .append("\">")
                .append(escape(entry.name()))
                .append(slash)
                .append("</a></td><td class=\"n\">")
                .append(entry.directory() ? "" : String.valueOf(entry.size()))
                .append("</td><td>")
                .append(entry.modified())
                .append("</td></tr>\n");
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
