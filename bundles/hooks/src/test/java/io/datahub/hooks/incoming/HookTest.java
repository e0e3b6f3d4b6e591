package io.datahub.hooks.incoming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Home;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.event.Session;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.RecentDelivery;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import io.datahub.api.user.Action;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.CredentialVerifier.Verified;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.hooks.TestServices;
import io.datahub.hooks.signature.Hmac;
import io.datahub.hooks.translation.GithubTranslator;
import io.datahub.hooks.translation.JenkinsTranslator;
import io.datahub.hooks.translation.Translators;
import io.datahub.test.Configurations;
import io.datahub.test.FakeSink;
import io.datahub.test.memory.MemoryAdapterStates;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.TestUsers;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;

class HookTest {

    private static final String SECRET = "s3cret";
    private static final Origin ORIGIN = new Origin("hook", InetAddress.getLoopbackAddress(), true);
    private static final String BODY =
            "{\"action\": \"completed\", \"workflow_run\": {\"run_number\": 42, \"conclusion\":"
                    + " \"success\"}, \"repository\": {\"full_name\": \"acme/app\"}}";

    @TempDir
    Path root;

    private final TestUsers users = new TestUsers()
            .with("ci", Action.PUBLISH, "dev.cdevents.", Action.PUBLISH, "ci.")
            .with("all", Action.SUBSCRIBE, "");
    private final MemoryBroker broker = new MemoryBroker(new MemoryBroker.Limits(1_000, 1 << 20, 1 << 20, 100));
    private final Translators translators = new Translators();
    private final MemoryAdapterStates states = new MemoryAdapterStates(InstantSource.system());
    private final AtomicInteger failures = new AtomicInteger();
    private Session subscriber;

    @BeforeEach
    void start() throws IOException {
        Files.writeString(root.resolve("secret"), SECRET + "\n");
        AtomicInteger active = new AtomicInteger(Bundle.ACTIVE);
        translators.add(
                new GithubTranslator(),
                TestServices.reference(Map.of(EventTranslator.KIND, "github"), "1.0.0", active));
        translators.add(
                new JenkinsTranslator(),
                TestServices.reference(Map.of(EventTranslator.KIND, "jenkins"), "1.0.0", active));
        subscriber = broker.open(users.login("all"), new FakeSink());
        subscriber.subscribe(new byte[0]);
    }

    /** Authenticates as the hub does: asks the verifier of the kind. */
    private final class Logins implements Authenticator {

        @Override
        public CompletionStage<Result<Login>> authenticate(Credentials credentials, Origin origin) {
            if (credentials instanceof Credentials.Token) {
                return users.memory.authenticate(credentials, origin);
            }
            Result<Verified> verified =
                    new HookVerifier().verify(credentials).toCompletableFuture().join();
            if (verified.isRefused()) {
                failures.incrementAndGet();
            }
            return CompletableFuture.completedFuture(
                    verified.then(found -> Result.done(users.login(found.user(), "hook"))));
        }

        @Override
        public boolean isKnown(Credentials credentials, Origin origin) {
            return false;
        }

        @Override
        public Optional<Login> renew(Login login) {
            return users.memory.renew(login);
        }

        @Override
        public Duration failureDelay(Origin origin) {
            return Duration.ZERO;
        }
    }

    private Hook hook(AdapterStates kept, Object... settings) {
        return new Hook(
                new Home() {
                    @Override
                    public Path root() {
                        return root;
                    }
                },
                broker,
                kept,
                new Logins(),
                translators,
                Configurations.of(HookConfiguration.class, settings),
                Map.of("service.pid", "io.datahub.hook~gh"));
    }

    private Hook github(AdapterStates kept) {
        return hook(kept, "kind", "github", "user", "ci", "secretFile", "secret");
    }

    private static String send(Hook hook, String body, String... headers) {
        HttpFields.Mutable fields = HttpFields.build();
        for (int i = 0; i < headers.length; i += 2) {
            fields.add(headers[i], headers[i + 1]);
        }
        List<Result<Outcome>> results = new ArrayList<>();
        hook.receive(
                fields.asImmutable(),
                body.getBytes(StandardCharsets.UTF_8),
                ORIGIN,
                Runnable::run,
                (presented, result) -> results.add(result));
        assertThat(results).hasSize(1);
        Result<Outcome> result = results.get(0);
        return result.isRefused()
                ? result.refusal().orElseThrow().reason().toString()
                : result.get().result();
    }

    private static String signature(String body) {
        byte[] code = Hmac.of(SECRET.getBytes(StandardCharsets.UTF_8), body.getBytes(StandardCharsets.UTF_8));
        return "sha256=" + HexFormat.of().formatHex(code);
    }

    private static String deliver(Hook hook, String id, String body) {
        return send(
                hook,
                body,
                "X-Hub-Signature-256",
                signature(body),
                "X-GitHub-Delivery",
                id,
                "X-GitHub-Event",
                "workflow_run");
    }

    @Test
    void shouldPublishADeliveryOnce() {
        Hook hook = github(states);
        assertThat(deliver(hook, "1", BODY)).isEqualTo("accepted");
        assertThat(deliver(hook, "1", BODY)).isEqualTo("repeated");
        assertThat(deliver(github(states), "1", BODY)).as("after a restart").isEqualTo("repeated");
        assertThat(FakeSink.events(subscriber))
                .singleElement()
                .asString()
                .startsWith("dev.cdevents.pipelinerun.finished.0.3.0={");
        assertThat(deliver(hook, "2", BODY)).isEqualTo("accepted");
        assertThat(hook.status("").accepted()).isEqualTo(2);
        assertThat(hook.status("").repeated()).isEqualTo(1);
    }

    @Test
    void shouldRefuseWithoutPublishing() {
        Hook hook = github(states);
        assertThat(send(hook, BODY, "X-GitHub-Delivery", "1")).isEqualTo("UNAUTHENTICATED");
        assertThat(send(hook, BODY, "X-Hub-Signature-256", signature(BODY + " ")))
                .isEqualTo("UNAUTHENTICATED");
        assertThat(failures).hasValue(2);
        assertThat(deliver(hook, "1", "{")).isEqualTo("INVALID");
        users.with("ci", Action.PUBLISH, "other.");
        assertThat(deliver(hook, "1", BODY)).isEqualTo("FORBIDDEN");
        assertThat(FakeSink.events(subscriber)).isEmpty();
        users.with("ci", Action.PUBLISH, "dev.cdevents.");
        assertThat(deliver(hook, "1", BODY)).as("may be sent again").isEqualTo("accepted");
        assertThat(hook.status("").refused()).isEqualTo(4);
    }

    @Test
    void shouldShowItsLastDeliveries() {
        Hook hook = github(states);
        deliver(hook, "1", BODY);
        deliver(hook, "1", BODY);
        send(hook, "{}", "X-Hub-Signature-256", signature("{}"), "X-GitHub-Event", "star");
        assertThat(hook.status("").recent())
                .extracting(RecentDelivery::result)
                .containsExactly("unknown", "repeated", "accepted");
        assertThat(hook.status("").recent().get(0).detail()).isEqualTo("star");
        assertThat(hook.status("").recent().get(2).id()).isEqualTo("1");
        assertThat(hook.status("").recent().get(2).topics()).containsExactly("dev.cdevents.pipelinerun.finished.0.3.0");
    }

    @Test
    void shouldShowAuthenticDeliveriesWhateverOthersSend() {
        Hook hook = github(states);
        deliver(hook, "1", BODY);
        for (int i = 0; i < 30; i++) {
            send(hook, BODY, "X-GitHub-Delivery", "2");
        }
        for (int i = 0; i < 25; i++) {
            deliver(hook, "1", BODY);
        }
        List<RecentDelivery> recent = hook.status("").recent();
        assertThat(recent).filteredOn(each -> each.result().equals("repeated")).hasSize(20);
        assertThat(recent).filteredOn(each -> each.result().equals("refused")).hasSize(5);
    }

    @Test
    void shouldCountUnknownKinds() {
        Hook hook = github(states);
        assertThat(send(hook, "{}", "X-Hub-Signature-256", signature("{}"), "X-GitHub-Event", "star"))
                .isEqualTo("unknown");
        assertThat(hook.status("").unknown()).isEqualTo(1);
    }

    @Test
    void shouldPublishOnceAlsoWhenTheStateCannotBeWritten() {
        AdapterState full = new AdapterState() {
            @Override
            public Optional<StateEntry> get(String key) {
                return Optional.empty();
            }

            @Override
            public List<StateEntry> list(String prefix, String after, int limit) {
                return List.of();
            }

            @Override
            public Result<Long> update(List<StateChange> changes) throws IOException {
                throw new IOException("no space left on device");
            }
        };
        Hook hook = github(adapter -> full);
        assertThat(deliver(hook, "1", BODY)).isEqualTo("accepted");
        assertThat(deliver(hook, "1", BODY)).isEqualTo("repeated");
        assertThat(FakeSink.events(subscriber)).hasSize(1);
        assertThat(hook.status("").problem()).contains("no space");
    }

    @Test
    void shouldPublishToConfiguredTopics() {
        Hook hook = hook(
                states,
                "kind",
                "github",
                "user",
                "ci",
                "secretFile",
                "secret",
                "topic",
                "ci.",
                "rawTopic",
                "ci.raw.gh");
        assertThat(deliver(hook, "1", BODY)).isEqualTo("accepted");
        hook.configure(Configurations.of(
                HookConfiguration.class, "kind", "github", "user", "ci", "secretFile", "secret", "topic", "ci.builds"));
        assertThat(deliver(hook, "2", BODY)).isEqualTo("accepted");
        assertThat(FakeSink.events(subscriber).stream().map(event -> event.substring(0, event.indexOf('='))))
                .containsExactly("ci.raw.gh", "ci.dev.cdevents.pipelinerun.finished.0.3.0", "ci.builds");
    }

    @Test
    void shouldContinueADeliveryOfWhichAnEventWasRefused() {
        users.with("ci", Action.PUBLISH, "ci.");
        Hook hook = hook(states, "kind", "github", "user", "ci", "secretFile", "secret", "rawTopic", "ci.raw.gh");
        assertThat(deliver(hook, "1", BODY)).isEqualTo("FORBIDDEN");
        assertThat(deliver(hook, "1", BODY)).isEqualTo("FORBIDDEN");
        users.with("ci", Action.PUBLISH, "ci.", Action.PUBLISH, "dev.cdevents.");
        assertThat(deliver(hook, "1", BODY)).isEqualTo("accepted");
        assertThat(FakeSink.events(subscriber).stream().map(event -> event.substring(0, event.indexOf('='))))
                .containsExactly("ci.raw.gh", "dev.cdevents.pipelinerun.finished.0.3.0");
    }

    @Test
    void shouldTakeATokenOfItsUserFromSystemsThatDoNotSign() {
        users.memory.with("ci", "token-of-ci").with("all", "token-of-all");
        Hook hook = hook(states, "kind", "jenkins", "user", "ci");
        String body = "{\"name\": \"app\", \"build\": {\"number\": 1, \"phase\": \"STARTED\"}}";
        assertThat(send(hook, body)).isEqualTo("UNAUTHENTICATED");
        assertThat(send(hook, body, "Authorization", "Bearer wrong")).isEqualTo("UNAUTHENTICATED");
        assertThat(send(hook, body, "Authorization", "Bearer token-of-all")).isEqualTo("FORBIDDEN");
        assertThat(send(hook, body, "Authorization", "Bearer token-of-ci")).isEqualTo("accepted");
        assertThat(send(hook, body, "Authorization", "Bearer token-of-ci")).isEqualTo("repeated");
    }

    @Test
    void shouldReadChangedSecrets() throws IOException {
        Hook hook = github(states);
        Files.writeString(root.resolve("secret"), "new one\n" + SECRET + "\n");
        assertThat(deliver(hook, "1", BODY)).isEqualTo("accepted");
        Files.writeString(root.resolve("secret"), "another");
        assertThat(deliver(hook, "2", BODY)).isEqualTo("UNAUTHENTICATED");
        Files.delete(root.resolve("secret"));
        assertThat(deliver(hook, "3", BODY)).isEqualTo(Reason.UNAVAILABLE.toString());
        assertThat(hook.status("").problem()).contains("secret file");
    }

    @Test
    void shouldRefuseConfigurationsThatCannotWork() {
        assertThatThrownBy(() -> hook(states, "kind", "github", "user", "ci")).hasMessageContaining("secretFile");
        assertThatThrownBy(() -> hook(states, "kind", "A b", "user", "ci")).hasMessageContaining("kind");
        assertThatThrownBy(() -> hook(states, "kind", "jenkins", "user", " ")).hasMessageContaining("user");
        assertThat(hook(states, "kind", "acme", "user", "ci").status("").problem())
                .contains("no translator");
    }
}
