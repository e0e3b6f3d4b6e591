package io.datahub.jetty.server;

import io.datahub.api.net.IpAddress;
import io.datahub.jetty.web.RequestDrainer;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Responds with 421 (RFC 9110, 15.5.20) to requests for a host name that isn't the hub's, if its names are configured.
 * With DNS rebinding, a foreign page can point its own host name at the hub and read, as same-origin, whatever
 * anonymous clients may read there; but the browser still sends that host name. IP addresses, {@code localhost} and
 * requests without a host are accepted, since they can't be rebound. Thread-safe.
 */
final class HostNames extends Handler.Wrapper {

    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(?:\\.[a-z0-9_-]{1,63})*");
    private static final String LOCALHOST = "localhost";

    /** Empty if every name is accepted. */
    private volatile Set<String> names;

    /**
     * Accepts requests for these hosts.
     *
     * @param configured host names, one per element or separated by commas
     * @throws IllegalStateException if one is not a valid host name; the message names it
     */
    HostNames(Handler handler, String... configured) {
        super(handler);
        names = names(configured);
    }

    /** Replaces the names; see {@link #HostNames}. */
    void configure(String... configured) {
        names = names(configured);
    }

    private static Set<String> names(String... configured) {
        return Arrays.stream(String.join(",", configured).split(",", -1))
                .map(name -> normalize(name.strip()))
                .filter(name -> !name.isEmpty())
                .map(HostNames::validate)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String validate(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalStateException("hostNames in io.datahub.jetty.cfg: \"" + name
                    + "\" is not a host name such as hub.example.org, without https:// and port");
        }
        return name;
    }

    private static String normalize(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Set<String> allowed = names;
        String host = allowed.isEmpty() ? null : request.getHttpURI().getHost();
        if (host == null || isAllowed(host, allowed)) {
            return super.handle(request, response, callback);
        }
        new RequestDrainer(request, callback)
                .sendError(
                        response,
                        HttpStatus.MISDIRECTED_REQUEST_421,
                        "the hub isn't known by this host name; an administrator can add it to hostNames in"
                                + " io.datahub.jetty.cfg");
        return true;
    }

    private static boolean isAllowed(String host, Set<String> allowed) {
        String name = normalize(host);
        String bare = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        return allowed.contains(name) || name.equals(LOCALHOST) || IpAddress.parse(bare) != null;
    }
}
