package io.datahub.auth;

import io.datahub.api.Sha256;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Origin;
import io.datahub.auth.users.InvalidUsersException;
import io.datahub.auth.users.Users;
import io.datahub.auth.users.UsersReader;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Test data shared by many tests. */
public final class Samples {

    static final String ROOT_TOKEN = "root-token-root-token-root-token";
    static final String CI_TOKEN = "ci-token-ci-token-ci-token-ci-to";
    public static final String KEY = "rq:rM&gt;}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";

    private Samples() {}

    static String sha256(String token) {
        return Sha256.hex(token);
    }

    public static String users(String content) {
        return "<broker-users xmlns='urn:datahub:broker-users:1'>\n  <user name='root' roles='admin'><token sha256='"
                + sha256(ROOT_TOKEN) + "'/></user>\n" + content + "\n</broker-users>\n";
    }

    public static String ci(String attributes) {
        return "  <user name='ci'><token sha256='" + sha256(CI_TOKEN) + "' " + attributes
                + "/><allow publish='build.'/></user>";
    }

    public static Users read(String text) throws InvalidUsersException {
        return UsersReader.read(text.getBytes(StandardCharsets.UTF_8));
    }

    static Credentials bearer(String token) {
        return new Credentials.Token(Optional.empty(), token.getBytes(StandardCharsets.UTF_8));
    }

    static Credentials basic(String user, String token) {
        return new Credentials.Token(Optional.of(user), token.getBytes(StandardCharsets.UTF_8));
    }

    static Origin from(String address) {
        return from(address, false);
    }

    static Origin from(String address, boolean confidential) {
        try {
            return new Origin("http", InetAddress.getByName(address), confidential);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static void save(LastUsedStore lastUsed, Users users) {
        lastUsed.save(users, name -> users.credential(name).isPresent());
    }
}
