package io.datahub.hooks.signature;

import io.datahub.api.user.Credentials;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** Requests that carry the secret itself. */
final class PresentedSecret {

    private PresentedSecret() {}

    static Proof inHeader(HttpFields headers, String name, List<Secret> secrets) {
        String value = headers.get(name);
        if (value == null) {
            return Proof.refused("there is neither a signature nor " + name);
        }
        return isAny(secrets, value.getBytes(StandardCharsets.UTF_8))
                ? Proof.GENUINE
                : Proof.refused("the secret in " + name + " is wrong");
    }

    /** The secret as a bearer token (RFC 6750) or as the password of Basic (RFC 7617), or a token of the hub. */
    static Proof inAuthorization(HttpFields headers, List<Secret> secrets) {
        List<String> values = headers.getValuesList(HttpHeader.AUTHORIZATION);
        if (values.size() != 1) {
            return Proof.refused("there is neither a signature nor one Authorization header");
        }
        String value = values.get(0).strip();
        int space = value.indexOf(' ');
        String scheme = space < 0 ? value : value.substring(0, space);
        String rest = space < 0 ? "" : value.substring(space + 1).strip();
        Optional<String> user = Optional.empty();
        byte[] presented;
        if (scheme.equalsIgnoreCase("Bearer")) {
            presented = rest.getBytes(StandardCharsets.UTF_8);
        } else if (scheme.equalsIgnoreCase("Basic")) {
            byte[] decoded = decode(rest);
            int colon = indexOfColon(decoded);
            if (colon < 0) {
                return Proof.refused("the Basic credentials are malformed");
            }
            user = Optional.of(new String(decoded, 0, colon, StandardCharsets.UTF_8));
            presented = Arrays.copyOfRange(decoded, colon + 1, decoded.length);
        } else {
            return Proof.refused("the Authorization header has an unknown scheme");
        }
        if (isAny(secrets, presented)) {
            return Proof.GENUINE;
        }
        return presented.length == 0 || presented.length > Credentials.ExternalToken.MAX_BYTES
                ? Proof.refused("the token in the Authorization header is empty or too long")
                : Proof.token(new Credentials.Token(user, presented));
    }

    private static byte[] decode(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static int indexOfColon(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == ':') {
                return i;
            }
        }
        return -1;
    }

    private static boolean isAny(List<Secret> secrets, byte[] presented) {
        boolean found = false;
        for (Secret secret : secrets) {
            found |= secret.is(presented);
        }
        return found;
    }
}
