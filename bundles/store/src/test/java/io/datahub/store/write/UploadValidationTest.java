package io.datahub.store.write;

import static io.datahub.store.TestHub.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import io.datahub.records.validation.RegisteredValidator;
import io.datahub.records.validation.RequiredValidator;
import io.datahub.store.TestHub;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class UploadValidationTest {

    private static final Validator ACCEPTS = candidate -> Verdict.accept();

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private static Refusal refusal(Result<?> result) {
        return result.refusal().orElseThrow();
    }

    private static String text(InputStream stream) throws IOException {
        try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void shouldReportTheViolationsOfAllValidatorsWithNameAndVersion() throws Exception {
        hub.register("one", "1.0.0", "**/*.xml", candidate -> Verdict.refuse(3, 4, "first"));
        hub.register("two", "2.1.0", "docs/*", candidate -> Verdict.refuse("second"));
        hub.register("other", "1.0.0", "else/**", candidate -> Verdict.refuse("never asked"));

        Refusal refusal = refusal(hub.put("docs/a.xml", "x"));

        assertThat(refusal.reason()).isEqualTo(Reason.INVALID);
        assertThat(refusal.violations())
                .containsExactlyInAnyOrder(
                        new Violation("one", "1.0.0", 3, 4, "first"), new Violation("two", "2.1.0", 0, 0, "second"));
        assertThat(hub.file("docs")).doesNotExist();
        assertThat(hub.topics()).isEmpty();
        assertThat(hub.folder("state/staging")).isEmpty();
        assertThat(hub.folder("state/good")).isEmpty();
    }

    @Test
    void shouldReportTheValidatorsOfAnAcceptedVersion() throws Exception {
        hub.register("b", "1.0.0", "**", ACCEPTS);
        hub.register("a", "3.0.0", "**", ACCEPTS);

        Change change = hub.put("x", "x").get();

        assertThat(change.validators()).containsExactly(new ValidatorId("a", "3.0.0"), new ValidatorId("b", "1.0.0"));
        assertThat(change.json()).contains("\"validators\":[{\"name\":\"a\",\"version\":\"3.0.0\"},{\"name\":\"b\"");
    }

    @Test
    void shouldGiveAValidatorTheCandidateAndItsPreviousVersion() throws Exception {
        hub.put("a", "old");
        List<String> seen = new ArrayList<>();
        hub.register("v", "1.0.0", "a", candidate -> {
            seen.add(candidate.path() + " " + candidate.user().orElse("-") + " " + candidate.size() + " "
                    + candidate.sha256().substring(0, 4) + " " + text(candidate.open()) + text(candidate.open()) + " "
                    + text(candidate.openPrevious().orElseThrow()));
            return Verdict.accept();
        });
        hub.put("a", "new");

        assertThat(seen).containsExactly("a ada 3 11507 newnew old".replace("11507", "1150"));
    }

    @Test
    void shouldValidateAgainWhenTheComparedVersionWasReplaced() throws Exception {
        hub.put("a", "1");
        List<String> compared = new ArrayList<>();
        AtomicInteger validations = new AtomicInteger();
        hub.register("v", "1.0.0", "a", candidate -> {
            compared.add(text(candidate.openPrevious().orElseThrow()));
            if (text(candidate.open()).equals("slow") && validations.incrementAndGet() == 1) {
                hub.put("a", "2");
            }
            return Verdict.accept();
        });

        assertThat(hub.put("a", "slow").isRefused()).isFalse();
        assertThat(compared).containsExactly("1", "1", "2");
    }

    @Test
    void shouldRefuseAsUnavailableWhenAValidatorFails() throws Exception {
        hub.register("broken", "1.0.0", "**", candidate -> {
            throw new IllegalStateException("out of order");
        });
        hub.register("strict", "1.0.0", "**", candidate -> Verdict.refuse("no"));

        Refusal refusal = refusal(hub.put("a", "x"));

        assertThat(refusal.reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(refusal.detail()).contains("broken").contains("out of order");
        assertThat(refusal.violations()).extracting(Violation::validator).contains("broken", "strict");
        assertThat(refusal.retryAfter()).isPositive();
        assertThat(hub.file("a")).doesNotExist();
    }

    @Test
    void shouldInterruptAValidatorAfterItsTimeLimit() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        hub.register("slow", "1.0.0", "**", 50, candidate -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return Verdict.accept();
        });

        // On a busy machine the time limit may expire before the validator has started.
        await().until(() -> {
            Refusal refusal = refusal(hub.put("a", "x"));
            assertThat(refusal.reason()).isEqualTo(Reason.UNAVAILABLE);
            assertThat(refusal.detail()).contains("slow").contains("50 ms");
            return interrupted.await(1, TimeUnit.SECONDS);
        });
    }

    @Test
    void shouldSurviveAnInterruptedValidatorThatReadsRecords() throws Exception {
        hub.put("schema", "s");
        CountDownLatch ended = new CountDownLatch(1);
        hub.register("reader", "1.0.0", "a", 30, candidate -> {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    hub.find("schema");
                }
                hub.find("schema");
                return Verdict.accept();
            } finally {
                ended.countDown();
            }
        });

        // On a busy machine the time limit may expire before the validator has started.
        await().until(() -> {
            assertThat(refusal(hub.put("a", "x")).reason()).isEqualTo(Reason.UNAVAILABLE);
            return ended.await(1, TimeUnit.SECONDS);
        });
        assertThat(hub.put("b", "x").isRefused()).isFalse();
        assertThat(hub.metadata.failure()).isEmpty();
    }

    @Test
    void shouldUseOnlyTheHighestVersionOfAValidator() throws Exception {
        hub.register("v", "1.2.0", "**", candidate -> Verdict.refuse("old rule"));
        RegisteredValidator newer = hub.register("v", "1.10.0", "**", ACCEPTS);
        hub.register("v", "1.9.0", "**", candidate -> Verdict.refuse("middle rule"));

        assertThat(hub.put("a", "x").get().validators()).containsExactly(new ValidatorId("v", "1.10.0"));
        hub.validators.remove(newer);
        assertThat(refusal(hub.put("a", "x")).violations())
                .extracting(Violation::version)
                .containsExactly("1.9.0");
    }

    @Test
    void shouldRefuseWhileARequiredValidatorIsUnavailable() throws Exception {
        hub.validators.require("test", RequiredValidator.parse("xsd: orders/**, \n policy: **/*.txt"));

        Refusal refusal = refusal(hub.put("orders/a.txt", "x"));

        assertThat(refusal.reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(refusal.detail()).contains("policy, xsd");
        assertThat(refusal.retryAfter()).isPositive();
        assertThat(hub.put("else", "x").isRefused()).isFalse();
    }

    @Test
    void shouldAlwaysRequireTheUsersValidatorForTheUsersFile() throws Exception {
        assertThat(refusal(hub.put("broker_users.xml", "<x/>")).detail()).contains("users");
        hub.register("users", "1.0.0", "broker_users.xml", ACCEPTS);
        assertThat(hub.put("broker_users.xml", "<x/>").isRefused()).isFalse();
    }

    @Test
    void shouldContinueWhenTheRequiredValidatorAppearsInTime() throws Exception {
        hub.configure("validatorWait", Duration.ofSeconds(20));
        hub.validators.require("test", RequiredValidator.parse("late: **"));
        CompletableFuture<Result<Change>> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return hub.put("a", "x");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        hub.register("late", "1.0.0", "**", ACCEPTS);

        assertThat(answer.get(10, TimeUnit.SECONDS).get().validators())
                .containsExactly(new ValidatorId("late", "1.0.0"));
    }

    @Test
    void shouldRefuseWhenTheRequiredValidatorDoesNotMatchThePath() throws Exception {
        hub.validators.require("test", List.of(new RequiredValidator("v", PathPattern.of("a/**"))));
        hub.register("v", "1.0.0", "b/**", ACCEPTS);

        assertThat(refusal(hub.put("a/x", "x")).reason()).isEqualTo(Reason.UNAVAILABLE);
    }

    @Test
    void shouldFinishARunningValidationBeforeItsValidatorIsRemoved() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        RegisteredValidator registered = hub.register("v", "1.0.0", "**", candidate -> {
            begun.countDown();
            go.await();
            return Verdict.accept();
        });
        CompletableFuture<Result<Change>> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return hub.put("a", "x");
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        begun.await();
        CompletableFuture<Void> left = CompletableFuture.runAsync(() -> hub.validators.remove(registered));
        await().until(() -> !hub.validators.appliesTo(path("a")));
        assertThat(left).isNotDone();
        go.countDown();

        left.get(10, TimeUnit.SECONDS);
        assertThat(answer.get(10, TimeUnit.SECONDS).get().validators()).containsExactly(new ValidatorId("v", "1.0.0"));
    }

    @Test
    void shouldNotApplyAValidatorOnTrial() throws Exception {
        hub.validators.require("test", RequiredValidator.parse("v: **, next: **"));
        hub.register("v", "1.0.0", "**", ACCEPTS);
        hub.register("v", "2.0.0", "**", candidate -> Verdict.refuse("new rule"));
        hub.register("next", "1.0.0", "**", candidate -> Verdict.refuse("next rule"));

        hub.validators.setTrial(Set.of("v/2.0.0", "next"));
        assertThat(hub.put("a", "x").get().validators()).containsExactly(new ValidatorId("v", "1.0.0"));
        hub.validators.setTrial(Set.of("next"));
        assertThat(refusal(hub.put("a", "x")).violations())
                .extracting(Violation::version)
                .containsExactly("2.0.0");
        hub.validators.setTrial(Set.of());
        assertThat(refusal(hub.put("a", "x")).violations()).hasSize(2);
    }

    @Test
    void shouldTreatARequiredValidatorOnTrialAsUnavailable() throws Exception {
        hub.validators.require("test", RequiredValidator.parse("v: **"));
        hub.register("v", "2.0.0", "**", ACCEPTS);
        hub.validators.setTrial(Set.of("v/2.0.0"));

        assertThat(refusal(hub.put("a", "x")).reason()).isEqualTo(Reason.UNAVAILABLE);
    }

    @Test
    void shouldEndAValidationAfterItsTotalTimeLimit() throws Exception {
        hub.validation.setTimeLimit(Duration.ofMillis(50));
        hub.register("slow", "1.0.0", "**", candidate -> {
            new CountDownLatch(1).await();
            return Verdict.accept();
        });

        Refusal refusal = refusal(hub.put("a", "x"));

        assertThat(refusal.reason()).isEqualTo(Reason.UNAVAILABLE);
        assertThat(refusal.detail()).contains("slow").contains("whole validation");
    }

    @Test
    void shouldValidateWithoutStoringAnything() throws Exception {
        hub.register(
                "v",
                "1.0.0",
                "**",
                candidate -> text(candidate.open()).equals("bad") ? Verdict.refuse("bad") : Verdict.accept());
        for (String text : List.of("good", "bad")) {
            try (Draft upload = hub.records
                    .begin(new WriteRequest(TestHub.ADMIN, "test", path("x/a")))
                    .get()) {
                upload.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
                assertThat(upload.validate().isRefused()).isEqualTo(text.equals("bad"));
            }
        }
        assertThat(hub.folder("files")).isEmpty();
        assertThat(hub.folder("state/staging")).isEmpty();
        assertThat(hub.topics()).isEmpty();
    }

    @Test
    void shouldValidateOnceWhenValidatedBeforeTheCommit() throws Exception {
        AtomicInteger validated = new AtomicInteger();
        hub.register("v", "1.0.0", "**", candidate -> {
            validated.incrementAndGet();
            return Verdict.accept();
        });
        try (Draft upload = hub.records
                .begin(new WriteRequest(TestHub.ADMIN, "test", path("a")))
                .get()) {
            upload.validate();
            assertThat(upload.commit().isRefused()).isFalse();
        }
        assertThat(validated).hasValue(1);
    }
}
