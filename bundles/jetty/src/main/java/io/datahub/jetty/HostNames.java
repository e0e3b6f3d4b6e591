package io.datahub.jetty;

import io.datahub.api.net.IpAddress;
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
 * Answers 421 (RFC 9110, 15.5.20) to requests for a host that isn't the hub's, where its names are listed. A page of a
 * stranger can have its own name point at the hub (DNS rebinding), and then reads, as its own, what anybody may read there;
 * but the browser goes on sending that name. An IP address, {@code localhost}, and a request that names no host pass: none
 * of them can be rebound. For any thread.
 */
final class HostNames extends Handler.Wrapper {

    private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{1,63}(?:\\.[a-z0-9_-]{1,63})*");
    private static final String LOCALHOST = "localhost";

    /** Empty where every name is the hub's. */
    private volatile Set<String> names;

    /**
     * Lets requests for these hosts through.
     *
     * @param listed each alone or several separated by commas
     * @throws IllegalStateException if one is no name of a host; says which
     */
    HostNames(Handler handler, String... listed) {
        super(handler);
        names = names(listed);
    }

    /** Takes other names; see {@link #HostNames}. */
    void list(String... listed) {
        names = names(listed);
    }

    private static Set<String> names(String... listed) {
        return Arrays.stream(String.join(",", listed).split(",", -1))
                .map(name -> normal(name.strip()))
                .filter(name -> !name.isEmpty())
                .map(HostNames::checked)
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String checked(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalStateException("hostNames in io.datahub.jetty.cfg: \"" + name
                    + "\" is no name of a host such as hub.example.org, without https:// and port; correct it");
        }
        return name;
    }

    private static String normal(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Set<String> own = names;
        String host = own.isEmpty() ? null : request.getHttpURI().getHost();
        if (host == null || isOwn(host, own)) {
            return super.handle(request, response, callback);
        }
        new RequestDrainer(request, callback)
                .answer(
                        response,
                        HttpStatus.MISDIRECTED_REQUEST_421,
                        "the hub has another name than the one that was asked for; an administrator can list it as"
                                + " hostNames in io.datahub.jetty.cfg");
        return true;
    }

    private static boolean isOwn(String host, Set<String> own) {
        String name = normal(host);
        String bare = name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        return own.contains(name) || name.equals(LOCALHOST) || IpAddress.parse(bare) != null;
    }
}
