package io.datahub.webconsole;

import java.util.List;

/** Builds HTML and escapes all text. For one thread. */
final class HtmlWriter {

    private final StringBuilder html = new StringBuilder();

    HtmlWriter heading(String text) {
        html.append("<h3>").append(escape(text)).append("</h3>\n");
        return this;
    }

    /** Adds a table in the style of the web console. */
    HtmlWriter table(List<String> columns, List<List<Object>> rows) {
        html.append("<table class=\"nicetable\"><thead><tr>");
        columns.forEach(column -> html.append("<th>").append(escape(column)).append("</th>"));
        html.append("</tr></thead><tbody>\n");
        for (List<Object> row : rows) {
            html.append("<tr>");
            row.forEach(cell -> html.append("<td>").append(escape(cell)).append("</td>"));
            html.append("</tr>\n");
        }
        html.append("</tbody></table>\n");
        return this;
    }

    private static String escape(Object text) {
        return String.valueOf(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    @Override
    public String toString() {
        return html.toString();
    }
}
