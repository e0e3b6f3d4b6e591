package io.datahub.api.validation;

import java.util.List;
import java.util.Optional;
import org.osgi.framework.ServiceReference;

/**
 * A validator that is registered, or that is missing although it is configured or required.
 *
 * @param id its name and version; the version is empty if it isn't registered
 * @param state whether it validates
 * @param paths the patterns of the paths that it validates
 * @param topics the prefixes of the topics that it validates
 * @param bundle the symbolic name of its bundle; empty if it isn't registered
 * @param reason why it is unavailable, and where to look; otherwise empty
 * @param service its service; empty if it isn't registered
 */
public record ValidatorStatus(
        ValidatorId id,
        State state,
        List<String> paths,
        List<String> topics,
        String bundle,
        String reason,
        Optional<ServiceReference<Validator>> service) {

    /** What a validator does at the moment. */
    public enum State {
        /** It validates. */
        ACTIVE("active"),
        /** Another one of its name takes precedence. */
        SHADOWED("shadowed"),
        /** It is on trial: it doesn't validate yet. */
        TRIAL("trial"),
        /** It should validate, and can't. */
        UNAVAILABLE("unavailable");

        private final String word;

        State(String word) {
            this.word = word;
        }

        /** As it is shown to users. */
        @Override
        public String toString() {
            return word;
        }
    }

    public ValidatorStatus {
        paths = List.copyOf(paths);
        topics = List.copyOf(topics);
    }
}
