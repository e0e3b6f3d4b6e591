package io.datahub.jetty.authentication;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Credentials;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The {@code Authorization} header: a bearer token (RFC 6750) or Basic with the token as password (RFC 7617). */
final class AuthorizationHeader {

    private AuthorizationHeader() {}

    /** The credentials in the header; refused with {@link Reason#UNAUTHENTICATED} if they can't be parsed. */
    static Result<Credentials> parse(List<String> headers) {
        if (headers.isEmpty()) {
            return Result.done(new Credentials.None());
        }
        if (headers.size() > 1) {
            return refuse("there is more than one Authorization header");
        }
        String header = headers.get(0).strip();
        int space = header.indexOf(' ');
        String scheme = space < 0 ? header : header.substring(0, space);
        String value = space < 0 ? "" : header.substring(space + 1).strip();
        if (scheme.equalsIgnoreCase("Bearer")) {
            return token(Optional.empty(), bytes(value));
        }
        if (scheme.equalsIgnoreCase("Basic")) {
            return basic(value);
        }
        return refuse("the Authorization header has an unknown scheme; use Bearer or Basic");
    }

    /** The bytes as they were sent: Jetty takes each for a character. */
    private static byte[] bytes(String value) {
        return value.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Result<Credentials> basic(String value) {
        byte[] decoded;
        String user;
        int colon = -1;
        try {
            decoded = Base64.getDecoder().decode(value);
            for (int i = 0; i < decoded.length && colon < 0; i++) {
                colon = decoded[i] == ':' ? i : -1;
            }
            if (colon < 0) {
                return refuse("Basic credentials have the form user:token");
            }
            user = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(decoded, 0, colon))
                    .toString();
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return refuse("the Basic credentials are not Base64 of UTF-8");
        }
        return token(Optional.of(user), Arrays.copyOfRange(decoded, colon + 1, decoded.length));
    }

    private static Result<Credentials> token(Optional<String> user, byte[] token) {
        return token.length == 0 || token.length > Credentials.ExternalToken.MAX_BYTES
                ? refuse("a token has from 1 to " + Credentials.Token.MAX_LISTED_BYTES + " bytes, a JWT up to "
                        + Credentials.ExternalToken.MAX_BYTES)
                : Result.done(new Credentials.Token(user, token));
    }

    private static Result<Credentials> refuse(String detail) {
        return Result.refused(Reason.UNAUTHENTICATED, detail);
    }
}
