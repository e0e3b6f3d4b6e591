package io.datahub.validators.users;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.user.SshPublicKey;
import io.datahub.api.user.Z85;
import io.datahub.validators.support.Findings;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.xml.sax.Attributes;
import org.xml.sax.Locator;

/** The rules for individual values of a users file, with messages that tell the author what to write. */
final class UsersValues {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}");
    private static final Pattern SHA256 = Pattern.compile("[0-9A-Fa-f]{64}");
    private static final int CURVE_KEY_BYTES = 32;
    private static final Set<String> PATHS = Set.of("read", "create", "write");
    private static final Set<String> TOPICS = Set.of("publish", "subscribe");
    private static final int MAX_TOPIC_BYTES = 4_200;
    private static final int MAX_LABEL = 100;

    private final Findings findings;
    private final Locator locator;

    UsersValues(Findings findings, Locator locator) {
        this.findings = findings;
        this.locator = locator;
    }

    private boolean refuse(String message) {
        findings.add(locator, message);
        return false;
    }

    boolean name(String kind, String name) {
        return (name != null && NAME.matcher(name).matches())
                || refuse("a " + kind
                        + " needs a name of at most 64 letters, digits and . _ @ -, the first a letter or digit");
    }

    boolean digest(String kind, String digest) {
        return (digest != null && SHA256.matcher(digest).matches())
                || refuse("a " + kind + " needs sha256=\"…\" with its SHA-256 in 64 hexadecimal digits");
    }

    boolean flag(String name, String value) {
        String word = value == null ? "false" : value.strip();
        if (!Set.of("true", "1", "false", "0").contains(word)) {
            refuse(name + " is true or false");
        }
        return word.equals("true") || word.equals("1");
    }

    void label(String label) {
        if (label != null && label.codePointCount(0, label.length()) > MAX_LABEL) {
            refuse("a label has at most " + MAX_LABEL + " characters");
        }
    }

    /** Parses a time with a zone; empty if it is missing or invalid. */
    Optional<Instant> time(String name, String value) {
        try {
            return Optional.ofNullable(value)
                    .map(text -> OffsetDateTime.parse(text.strip()).toInstant());
        } catch (DateTimeParseException e) {
            refuse(name + " needs a date and time with a zone, such as 2027-11-23T00:00:00Z");
            return Optional.empty();
        }
    }

    boolean curveKey(String key) {
        return isCurveKey(key)
                || refuse("a curve-key has 40 characters of Z85, as CURVE tools print a public key (write & as "
                        + "&amp; and < as"
                        + " &lt;)");
    }

    /** Parses an SSH key; empty if it is invalid. */
    Optional<SshPublicKey> sshKey(String line) {
        try {
            return Optional.of(SshPublicKey.parse(line));
        } catch (IllegalArgumentException e) {
            refuse(e.getMessage() + "; write the line of the file that ends in .pub");
            return Optional.empty();
        }
    }

    private static boolean isCurveKey(String key) {
        try {
            return Z85.decode(key).length == CURVE_KEY_BYTES;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    void grants(Attributes attributes) {
        for (int i = 0; i < attributes.getLength(); i++) {
            String action = attributes.getLocalName(i);
            String target = attributes.getValue(i);
            if (PATHS.contains(action)) {
                path(action, target);
            } else if (TOPICS.contains(action) && target.getBytes(StandardCharsets.UTF_8).length > MAX_TOPIC_BYTES) {
                refuse(action + " is a topic prefix of at most " + MAX_TOPIC_BYTES + " bytes");
            }
        }
    }

    private void path(String action, String target) {
        String filled = target.replace("{user}", "user");
        String bare = filled.endsWith("/") ? filled.substring(0, filled.length() - 1) : filled;
        Result<RecordPath> parsed = RecordPath.parse(bare);
        if (parsed.isRefused() || filled.equals("/")) {
            refuse(action + "=\"" + target + "\" is not a valid path: "
                    + parsed.refusal().map(refusal -> refusal.detail() + "; ").orElse("")
                    + "write a record such as reports/all.txt, a directory such as reports/, or nothing "
                    + "for everything");
        }
    }
}
