package io.datahub.jetty.connections;

import io.datahub.api.user.Networks;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A client of a proxy, as reported by that proxy.
 *
 * @param address null if it is missing or invalid
 * @param isHttps whether the client used TLS
 */
record ForwardedHop(InetAddress address, boolean isHttps) {

    private static final Pattern COMMA = Pattern.compile(",");

    /** One parameter of a {@code Forwarded} field (RFC 7239, 4) and the delimiter after it. */
    private static final Pattern PARAMETER = Pattern.compile(
            "\\s*(?:([A-Za-z]+)=(?:\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+){0,64}+)\"|([^\\s\",;=]+)))?\\s*(;|,|$)",
            Pattern.DOTALL);

    private static final Pattern WITH_PORT = Pattern.compile("(?:\\[([^\\]]+)\\]|([0-9.]+))(?::[0-9]{1,5})?");

    /** The hops of {@code X-Forwarded-For}, the client's first. */
    static List<ForwardedHop> parseForwardedFor(List<String> values, boolean isHttps) {
        return values.stream()
                .flatMap(value -> COMMA.splitAsStream(value))
                .map(text -> new ForwardedHop(address(text.strip()), isHttps))
                .toList();
    }

    /** The hops of {@code Forwarded}, the client's first; a malformed element results in a hop without an address. */
    static List<ForwardedHop> parseForwarded(List<String> values) {
        List<ForwardedHop> hops = new ArrayList<>();
        for (String value : values) {
            Matcher matcher = PARAMETER.matcher(value);
            InetAddress address = null;
            boolean isHttps = false;
            int end = 0;
            while (end <= value.length() && matcher.region(end, value.length()).lookingAt()) {
                String text = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
                if ("for".equalsIgnoreCase(matcher.group(1))) {
                    address = address(text);
                } else if ("proto".equalsIgnoreCase(matcher.group(1))) {
                    isHttps = text.equalsIgnoreCase("https");
                }
                end = matcher.end();
                if (!matcher.group(4).equals(";")) {
                    hops.add(new ForwardedHop(address, isHttps));
                    address = null;
                    isHttps = false;
                }
                if (matcher.group(4).isEmpty()) {
                    end = value.length() + 1;
                }
            }
            if (end <= value.length()) {
                hops.add(new ForwardedHop(null, false));
            }
        }
        return hops;
    }

    private static InetAddress address(String text) {
        InetAddress bare = Networks.address(text);
        if (bare != null) {
            return bare;
        }
        Matcher matcher = WITH_PORT.matcher(text);
        return matcher.matches()
                ? Networks.address(matcher.group(1) == null ? matcher.group(2) : matcher.group(1))
                : null;
    }
}
