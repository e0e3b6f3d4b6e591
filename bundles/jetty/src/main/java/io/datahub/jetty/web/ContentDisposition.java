package io.datahub.jetty.web;

import io.datahub.api.path.PercentText;

/** The {@code Content-Disposition} of an attachment (RFC 6266). */
public final class ContentDisposition {

    private ContentDisposition() {}

    /** An attachment with this file name. Old clients get the name with special characters replaced. */
    public static String attachment(String name) {
        StringBuilder plain = new StringBuilder(name.length());
        name.codePoints()
                .forEach(c -> plain.append(c < 0x20 || c > 0x7e || c == '"' || c == '\\' || c == '%' ? '_' : (char) c));
        String quoted = "attachment; filename=\"" + plain + "\"";
        return plain.toString().equals(name)
                ? quoted
                : quoted + "; filename*=UTF-8''" + PercentText.encodeParameter(name);
    }
}
