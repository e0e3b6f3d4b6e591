package io.datahub.hooks.translation;

import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.test.contract.EventTranslatorContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;

/** The built-in translators, with what the example for CI systems has of each. */
class TranslatorContractTest {

    private abstract static class OfKind extends EventTranslatorContract {

        private final Supplier<EventTranslator> translators;
        private final String kind;
        private final Map<String, String> headers;
        private final Optional<Delivery> unknown;

        /** @param unknown the headers of a kind of delivery that it doesn't know; null if it knows all */
        OfKind(
                Supplier<EventTranslator> translators,
                String kind,
                Map<String, String> headers,
                Map<String, String> unknown,
                String unknownBody) {
            this.translators = translators;
            this.kind = kind;
            this.headers = headers;
            this.unknown = Optional.ofNullable(unknown)
                    .map(names -> delivery(names, unknownBody.getBytes(StandardCharsets.UTF_8)));
        }

        private static Delivery delivery(Map<String, String> headers, byte[] body) {
            return new Delivery("ci", "id-1", headers, body, Instant.EPOCH);
        }

        @Override
        protected EventTranslator translator() {
            return translators.get();
        }

        @Override
        protected List<Delivery> deliveries() {
            try {
                byte[] sample = Files.readAllBytes(Path.of("../../examples/ci/samples", kind + ".json"));
                return List.of(delivery(headers, sample));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        protected Optional<Delivery> unknown() {
            return unknown;
        }
    }

    @Nested
    class Github extends OfKind {
        Github() {
            super(
                    GithubTranslator::new,
                    "github",
                    Map.of("X-GitHub-Event", "workflow_run"),
                    Map.of("X-GitHub-Event", "star"),
                    "{}");
        }
    }

    @Nested
    class Gitea extends OfKind {
        Gitea() {
            super(
                    GiteaTranslator::new,
                    "gitea",
                    Map.of("X-Gitea-Event", "workflow_run"),
                    Map.of("X-Gitea-Event", "star"),
                    "{}");
        }
    }

    @Nested
    class Gitlab extends OfKind {
        Gitlab() {
            super(
                    GitlabTranslator::new,
                    "gitlab",
                    Map.of("X-Gitlab-Event", "Pipeline Hook"),
                    Map.of("X-Gitlab-Event", "Wiki Page Hook"),
                    "{\"object_kind\":\"wiki_page\"}");
        }
    }

    @Nested
    class Jenkins extends OfKind {
        Jenkins() {
            super(JenkinsTranslator::new, "jenkins", Map.of(), Map.of(), "{\"x\":1}");
        }
    }

    @Nested
    class Teamcity extends OfKind {
        Teamcity() {
            super(TeamcityTranslator::new, "teamcity", Map.of(), Map.of(), "{\"eventType\":\"AGENT_REGISTERED\"}");
        }
    }

    @Nested
    class Buildbot extends OfKind {
        Buildbot() {
            super(BuildbotTranslator::new, "buildbot", Map.of(), null, "");
        }
    }

    @Nested
    class CloudEvents extends OfKind {
        CloudEvents() {
            super(
                    CloudEventsTranslator::new,
                    "cloudevents",
                    Map.of("Content-Type", "application/cloudevents+json"),
                    null,
                    "");
        }
    }

    @Nested
    class Standard extends OfKind {
        Standard() {
            super(
                    StandardTranslator::new,
                    "cloudevents",
                    Map.of("Content-Type", "application/cloudevents+json"),
                    null,
                    "");
        }
    }
}
