package io.datahub.jetty.handlers;

import io.datahub.jetty.web.RawPath;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a handler is registered and for which requests: the service properties of {@link io.datahub.api.http.HttpMount}.
 *
 * @param path the path, such as {@code /files}
 * @param exact whether only the path itself belongs to the handler
 * @param shared whether requests that the handler declines are for the next one of the same path
 * @param methods the supported methods; empty for all
 * @param access who may send requests
 * @param maxBodyBytes the maximum size of a body, in bytes; negative for any
 */
record Mount(String path, boolean exact, boolean shared, Set<String> methods, Access access, long maxBodyBytes) {

    static final String PATH = "datahub.http.path";
    static final String EXACT = "datahub.http.exact";
    static final String SHARED = "datahub.http.shared";
    private static final String METHODS = "datahub.http.methods";
    private static final String ACCESS = "datahub.http.access";
    private static final String MAX_BODY_BYTES = "datahub.http.maxBodyBytes";

    private static final Pattern PATH_FORM = Pattern.compile("/|(?:/(?!\\.{1,2}(?:/|$))[A-Za-z0-9._~!$&'()*+,=:@-]+)+");

    /**
     * Reads the service properties.
     *
     * @throws IllegalArgumentException if one is invalid; the message names it and what is allowed
     */
    static Mount of(Map<String, ?> properties) {
        String path = String.valueOf(properties.get(PATH));
        if (!PATH_FORM.matcher(path).matches()) {
            throw new IllegalArgumentException(
                    "its path is " + path + "; it must begin with a slash, not end with one, and need no encoding");
        }
        Object access = properties.get(ACCESS);
        return new Mount(
                path,
                isTrue(properties.get(EXACT)),
                isTrue(properties.get(SHARED)),
                methods(properties.get(METHODS)),
                access == null ? Access.USER : Access.of(access.toString()),
                bytes(properties.get(MAX_BODY_BYTES)));
    }

    /** Reads a number, or its text as in component properties without a type; negative if there is none. */
    private static long bytes(Object value) {
        if (value == null) {
            return -1;
        }
        try {
            return Long.parseLong(value.toString().strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "its " + MAX_BODY_BYTES + " is " + value + "; it must be a whole number of bytes", e);
        }
    }

    /** A placeholder for a handler that is only declared: requests are not checked, since none is dispatched. */
    static Mount declared(String path, boolean exact, boolean shared) {
        return new Mount(path, exact, shared, Set.of(), Access.of("open"), -1);
    }

    static boolean isTrue(Object value) {
        return Boolean.parseBoolean(String.valueOf(value));
    }

    private static Set<String> methods(Object value) {
        List<?> names =
                value instanceof Object[] several ? List.of(several) : value == null ? List.of() : List.of(value);
        Set<String> methods = new LinkedHashSet<>();
        for (Object name : names) {
            String method = name.toString().toUpperCase(Locale.ROOT);
            methods.add(method);
            if (method.equals("GET")) {
                methods.add("HEAD");
            }
        }
        return methods;
    }

    /** Whether a request's path, in raw form, belongs to the handler. */
    boolean matches(String rawPath) {
        return exact ? rawPath.equals(path) : RawPath.isWithin(rawPath, path);
    }

    boolean isSamePath(Mount other) {
        return path.equals(other.path) && exact == other.exact;
    }

    boolean supports(String method) {
        return methods.isEmpty() || methods.contains(method);
    }
}
