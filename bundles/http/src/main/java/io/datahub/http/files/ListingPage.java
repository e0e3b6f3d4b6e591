package io.datahub.http.files;

import io.datahub.api.path.PercentText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** Renders a directory as HTML. */
final class ListingPage {

    private static final String STYLE = "body{font:15px/1.5 system-ui,sans-serif;margin:2em;max-width:60em}"
            + "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.2em 1em .2em 0}"
            + "td.n{text-align:right;font-variant-numeric:tabular-nums}a{text-decoration:none}";

    private ListingPage() {}

    /** The HTML before the entries. */
    static String head(RecordPath directory) {
        String title = escape("/" + directory);
        return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title + "</title><style>"
                + STYLE
                + "</style></head>\n<body><h1>" + title
                + "</h1>\n<table><tr><th>name</th><th>bytes</th><th>modified</th></tr>\n"
                + (directory.isRoot() ? "" : "<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
    }

    /** The table rows of some entries. */
    static String entries(List<Listing.Entry> entries) {
        StringBuilder page = new StringBuilder(entries.size() * 128);
        entries.forEach(entry -> append(page, entry));
        return page.toString();
    }

    /**
     * The HTML after the entries.
     *
     * @param next the name after which to continue, for a client that requested a limited number of entries
     */
    static String end(Optional<String> next, int limit) {
        return "</table>\n"
                + next.map(name -> "<p><a href=\"?limit=" + limit + "&amp;after="
                                + URLEncoder.encode(name, StandardCharsets.UTF_8) + "\">more</a></p>\n")
                        .orElse("")
                + "</body></html>\n";
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
