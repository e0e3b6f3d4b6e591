package io.datahub.jwt;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/**
 * The validated configuration of the sign-in.
 *
 * @param issuer the issuer's URL, with the scheme https
 * @param clientId the ID of the hub at the issuer
 * @param secretFile the file with the hub's secret; empty for a public client
 * @param redirectUri where the issuer sends browsers back to
 * @param scope the scopes that are asked for
 * @param label what the sign-in is called
 */
record OidcSettings(
        String issuer, String clientId, Optional<Path> secretFile, URI redirectUri, String scope, String label) {

    /** The path below that of the web page which the issuer sends browsers back to. */
    static final String CALLBACK = "session/oidc/callback";

    private static final int MAX_SECRET_BYTES = 4_096;

    /**
     * Validates a configuration.
     *
     * @param home what a relative file name is relative to
     * @throws IllegalArgumentException if a value isn't allowed; the message names the key
     */
    static OidcSettings of(OidcConfiguration configuration, Path home) {
        String file = configuration.clientSecretFile().strip();
        OidcSettings settings = new OidcSettings(
                configuration.issuer().strip(),
                configuration.clientId().strip(),
                file.isEmpty() ? Optional.empty() : Optional.of(home.resolve(file)),
                uri(configuration.redirectUri().strip()),
                configuration.scope().strip().replaceAll("[\\s,]+", " "),
                configuration.label().strip());
        require(isHttps(uri(settings.issuer())), "issuer must be a URL that begins with https://");
        require(!settings.clientId().isEmpty(), "clientId must be the ID that the issuer has given to the hub");
        require(
                (isHttps(settings.redirectUri()) || isLoopback(settings.redirectUri()))
                        && settings.redirectUri().getRawQuery() == null
                        && settings.redirectUri().getRawFragment() == null
                        && settings.redirectUri().getPath().endsWith("/" + CALLBACK),
                "redirectUri must be https://HOST/" + CALLBACK + ", where https://HOST/ is the web page");
        require(
                Arrays.asList(settings.scope().split(" ")).contains("openid"),
                "scope must have openid, without which there are no tokens that say who somebody is");
        return settings;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    private static URI uri(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            return URI.create("");
        }
    }

    static boolean isHttps(URI url) {
        return "https".equals(url.getScheme()) && url.getHost() != null && url.getRawUserInfo() == null;
    }

    private static boolean isLoopback(URI url) {
        return "http".equals(url.getScheme())
                && String.valueOf(url.getHost()).matches("localhost|127\\.[0-9.]+|\\[::1]");
    }

    /** The address of the web page. */
    String page() {
        String text = redirectUri.toString();
        return text.substring(0, text.length() - CALLBACK.length());
    }

    /**
     * The secret of the hub at the issuer; empty for a public client. Read each time, so that it can be changed.
     *
     * @throws IOException if it can't be read
     */
    Optional<String> secret() throws IOException {
        if (secretFile.isEmpty()) {
            return Optional.empty();
        }
        if (Files.size(secretFile.get()) > MAX_SECRET_BYTES) {
            throw new IOException(secretFile.get() + " is larger than " + MAX_SECRET_BYTES + " bytes");
        }
        String secret = Files.readString(secretFile.get()).strip();
        if (secret.isEmpty()) {
            throw new IOException(secretFile.get() + " is empty");
        }
        return Optional.of(secret);
    }
}
