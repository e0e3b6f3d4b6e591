package io.datahub.cli.context;

import io.datahub.cli.core.Json;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A hub and how to log in to it; what isn't used is empty.
 *
 * @param url the hub's URL
 * @param token the token itself
 * @param tokenFile a file that has it, read at each use
 * @param tokenCommand a command that prints it
 * @param authorities a PEM file with the authorities that may have signed the hub's certificate
 */
public record Context(String url, String token, String tokenFile, String tokenCommand, String authorities) {

    private static final String URL = "url";
    private static final String TOKEN = "token";
    private static final String TOKEN_FILE = "tokenFile";
    private static final String TOKEN_COMMAND = "tokenCommand";
    private static final String AUTHORITIES = "ca";

    static Context of(Map<String, Object> json) {
        return new Context(
                Json.string(json, URL),
                Json.string(json, TOKEN),
                Json.string(json, TOKEN_FILE),
                Json.string(json, TOKEN_COMMAND),
                Json.string(json, AUTHORITIES));
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put(URL, url);
        put(json, TOKEN, token);
        put(json, TOKEN_FILE, tokenFile);
        put(json, TOKEN_COMMAND, tokenCommand);
        put(json, AUTHORITIES, authorities);
        return json;
    }

    private static void put(Map<String, Object> json, String name, String value) {
        if (!value.isEmpty()) {
            json.put(name, value);
        }
    }

    /** Where the token comes from, without the token. */
    String credential() {
        if (!token.isEmpty()) {
            return "token";
        }
        if (!tokenFile.isEmpty()) {
            return "token in " + tokenFile;
        }
        return tokenCommand.isEmpty() ? "no token" : "token from " + tokenCommand;
    }

    /** The same with another token. */
    Context withToken(String otherToken, String otherTokenFile) {
        return new Context(url, otherToken, otherTokenFile, "", authorities);
    }

    /** The same with these authorities, unless there are none. */
    Context withAuthorities(String file) {
        return file.isEmpty() ? this : new Context(url, token, tokenFile, tokenCommand, file);
    }
}
