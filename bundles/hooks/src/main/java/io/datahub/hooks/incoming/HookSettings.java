package io.datahub.hooks.incoming;

import io.datahub.hooks.signature.Secret;
import io.datahub.hooks.signature.SecretFile;
import io.datahub.hooks.signature.SignatureScheme;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The validated configuration of a hook.
 *
 * @param kind the kind of system that sends
 * @param user the user that the events are published as
 * @param secretFile the secrets; empty if senders authenticate with a token of the user
 * @param topic the topic of the events, or its beginning if it ends with a dot; empty for the type of each event
 * @param rawTopic the topic of the body as it was sent; empty for none
 */
record HookSettings(String kind, String user, Optional<SecretFile> secretFile, String topic, String rawTopic) {

    private static final Pattern KIND = Pattern.compile("[a-z0-9-]{1,32}");

    /**
     * Validates a configuration.
     *
     * @param home what a relative file name is relative to
     * @throws IllegalArgumentException if a value isn't allowed; the message names the key
     */
    static HookSettings of(HookConfiguration configuration, Path home) {
        String kind = configuration.kind().strip();
        String user = configuration.user().strip();
        String file = configuration.secretFile().strip();
        if (!KIND.matcher(kind).matches()) {
            throw new IllegalArgumentException(
                    "kind must be github, gitlab, gitea, jenkins, teamcity, buildbot, standard, cloudevents, or another"
                            + " word of lower-case letters, digits and hyphens");
        }
        if (user.isEmpty()) {
            throw new IllegalArgumentException("user must name the user that the events are published as");
        }
        if (file.isEmpty() && SignatureScheme.of(kind).needsSecret()) {
            throw new IllegalArgumentException(
                    "secretFile must name the file with the secret that " + kind + " signs with");
        }
        return new HookSettings(
                kind,
                user,
                file.isEmpty() ? Optional.empty() : Optional.of(new SecretFile(home.resolve(file))),
                configuration.topic().strip(),
                configuration.rawTopic().strip());
    }

    List<Secret> secrets() throws IOException {
        return secretFile.isPresent() ? secretFile.get().secrets() : List.of();
    }

    /** The topic of an event of this type. */
    String topicOf(String type) {
        return topic.isEmpty() || topic.endsWith(".") ? topic + type : topic;
    }
}
