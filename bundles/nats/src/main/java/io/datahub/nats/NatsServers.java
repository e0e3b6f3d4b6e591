package io.datahub.nats;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;

/**
 * The servers of the configuration key {@code events}.
 *
 * @param urls scheme, host and port of each
 * @param prefix what all subjects begin with
 */
record NatsServers(List<String> urls, String prefix) {

    private static final String DEFAULT_PREFIX = "datahub";

    private static final String TLS = "tls:";

    /** Without what the key is: it could have a password in it. */
    private static final String FORM =
            "the key events must be nats://HOST[:PORT][/PREFIX] or tls://HOST[:PORT][/PREFIX], or several of them; users and"
                    + " passwords are files in the folder secrets";

    /**
     * Parses the configuration key.
     *
     * @param events URLs, or several of them separated by commas
     * @throws IllegalArgumentException if a URL has another form, or the prefixes differ
     */
    static NatsServers parse(String... events) {
        List<String> urls = new ArrayList<>();
        List<String> prefixes = new ArrayList<>();
        for (String event : String.join(",", events).split(",", -1)) {
            URI url = parsed(event);
            String path = url.getPath() == null ? "" : url.getPath().replaceAll("^/|/$", "");
            boolean isNats = "nats".equals(url.getScheme()) || "tls".equals(url.getScheme());
            if (!isNats || url.getHost() == null || url.getUserInfo() != null || !path.matches("[A-Za-z0-9_-]{0,64}")) {
                throw new IllegalArgumentException(FORM);
            }
            urls.add(url.getScheme() + "://" + url.getAuthority());
            if (!path.isEmpty() && !prefixes.contains(path)) {
                prefixes.add(path);
            }
        }
        if (prefixes.size() > 1) {
            throw new IllegalArgumentException("the URLs of the key events have different prefixes: " + prefixes);
        }
        NatsServers servers = new NatsServers(urls, prefixes.isEmpty() ? DEFAULT_PREFIX : prefixes.get(0));
        if (urls.stream().anyMatch(url -> url.startsWith(TLS) != servers.isEncrypted())) {
            throw new IllegalArgumentException(
                    "the URLs of the key events must all begin with tls://, or none of them");
        }
        return servers;
    }

    /** Whether the servers are reached over TLS. */
    boolean isEncrypted() {
        return urls.get(0).startsWith(TLS);
    }

    private static URI parsed(String url) {
        try {
            return new URI(url.strip());
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(FORM + ": " + e.getReason());
        }
    }

    @Override
    public String toString() {
        return String.join(",", urls) + "/" + prefix;
    }
}
