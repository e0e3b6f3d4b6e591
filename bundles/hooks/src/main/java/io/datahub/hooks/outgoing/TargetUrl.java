package io.datahub.hooks.outgoing;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** The URL of a webhook. */
final class TargetUrl {

    private TargetUrl() {}

    /** @throws IllegalArgumentException if it isn't an absolute http or https URL without credentials and fragment */
    static URI parse(String text) {
        try {
            URI url = new URI(text.strip());
            String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
            if ((scheme.equals("http") || scheme.equals("https"))
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawFragment() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // reported below, without the URL, which may contain a secret
        }
        throw new IllegalArgumentException(
                "url must be an http or https URL with a host, without credentials and fragment");
    }
}
