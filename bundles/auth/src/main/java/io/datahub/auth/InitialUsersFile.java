package io.datahub.auth;

import io.datahub.api.Home;
import io.datahub.api.Sha256;
import io.datahub.api.file.AtomicFile;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.auth.users.UsersXml;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The initial users file of a new hub: one administrator with a token, either supplied or generated and written to a
 * private file.
 */
final class InitialUsersFile {

    private static final Logger LOG = LoggerFactory.getLogger(InitialUsersFile.class);
    private static final int MIN_CHARACTERS = 32;
    private static final int MAX_BYTES = 255;

    private final Path tokenFile;
    private final boolean usersLost;
    private final Optional<String> supplied;
    private final String token;

    /**
     * @param environment maps the name of an environment variable to its value or null
     * @throws IllegalArgumentException if an unusable token was supplied
     */
    InitialUsersFile(Home home, AuthConfiguration configuration, UnaryOperator<String> environment) {
        tokenFile = home.root().resolve("admin.token");
        usersLost = Files.exists(LastUsedStore.file(home));
        supplied = supplied(configuration, environment);
        token = supplied.orElseGet(Tokens::random);
    }

    private static Optional<String> supplied(AuthConfiguration configuration, UnaryOperator<String> environment) {
        String variable = configuration.adminTokenVariable().strip();
        String file = configuration.adminTokenFile().strip();
        String value = variable.isEmpty() ? null : environment.apply(variable);
        boolean inVariable = value != null && !value.isBlank();
        if (inVariable && !file.isEmpty()) {
            throw new IllegalArgumentException("the first administrator's token is supplied twice, by " + variable
                    + " and by adminTokenFile=" + file + "; leave one of them out");
        }
        if (inVariable) {
            return Optional.of(checked(value.strip(), variable));
        }
        return file.isEmpty() ? Optional.empty() : Optional.of(checked(content(file), "the file " + file));
    }

    private static String content(String file) {
        try {
            return Files.readString(Path.of(file)).strip();
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "the first administrator's token can't be read from " + file + " (" + e
                            + "); make the file readable,"
                            + " or leave adminTokenFile and DATAHUB_ADMIN_TOKEN_FILE out",
                    e);
        }
    }

    private static String checked(String token, String where) {
        int characters = token.codePointCount(0, token.length());
        if (characters < MIN_CHARACTERS) {
            throw new IllegalArgumentException("the first administrator's token in " + where + " has " + characters
                    + " characters; it needs at least " + MIN_CHARACTERS);
        }
        if (token.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES
                || token.chars().anyMatch(c -> Character.isISOControl(c) || Character.isWhitespace(c))) {
            throw new IllegalArgumentException("the first administrator's token in " + where
                    + " must have at most 255 bytes and no space or control characters");
        }
        return token;
    }

    /** Writes a generated token to its file, and creates the users file for it. */
    byte[] prepare(Instant now) throws IOException {
        if (supplied.isEmpty()) {
            AtomicFile.write(tokenFile, AtomicFile.Access.PRIVATE, (token + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return text(sha256(), now).getBytes(StandardCharsets.UTF_8);
    }

    /** The SHA-256 of the token, in lower-case hexadecimal. */
    String sha256() {
        return Sha256.hex(token);
    }

    /** Logs where the token is, once the users file is in effect. */
    void created() {
        if (usersLost) {
            LOG.warn(
                    "event=auth.users.lost file={} reason=\"the file and its last good copy in state/ are missing\""
                            + " remedy=\"restore the file from a backup, or add the users to the new one\"",
                    RecordPath.USERS);
        }
        LOG.info(
                "event=auth.users.created file={} user=admin token={}",
                RecordPath.USERS,
                LogText.quoted(supplied.isEmpty() ? "in " + tokenFile : "as supplied"));
    }

    /** Deletes the generated token, because another users file took effect. */
    void discard() throws IOException {
        if (supplied.isEmpty()) {
            Files.deleteIfExists(tokenFile);
        }
    }

    private static String text(String sha256, Instant now) {
        return """
                <?xml version="1.0" encoding="UTF-8"?>
                <!--
                  The users of the hub and their grants. A new version of this file is validated before it takes effect; if it
                  is invalid, the last good one stays in effect. Tokens are stored as SHA-256 only.
                -->
                <broker-users xmlns="%s">
                  <user name="admin" roles="admin">
                    <token sha256="%s" label="first" created="%s"/>
                  </user>
                </broker-users>
                """.formatted(UsersXml.NAMESPACE, sha256, now.truncatedTo(ChronoUnit.SECONDS));
    }
}
