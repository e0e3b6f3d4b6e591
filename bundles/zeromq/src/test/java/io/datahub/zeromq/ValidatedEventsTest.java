package io.datahub.zeromq;

import static io.datahub.zeromq.zmtp.RawPeer.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Z85;
import io.datahub.api.validation.Verdict;
import io.datahub.client.Credential;
import io.datahub.client.CurveKeys;
import io.datahub.client.EventStream;
import io.datahub.client.HubClient;
import io.datahub.zeromq.zmtp.RawPeer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Events that are validated, next to others, on one loop. */
@Timeout(120)
class ValidatedEventsTest {

    private final Fixture hub = new Fixture("loops", 1);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void stop() {
        release.countDown();
        hub.close();
    }

    private static byte[] concat(byte[]... messages) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] message : messages) {
            all.writeBytes(message);
        }
        return all.toByteArray();
    }

    @Test
    void shouldServeOthersDuringASlowValidationAndKeepTheOrderOfTheSuspendedPublisher() throws Exception {
        CountDownLatch validating = new CountDownLatch(1);
        hub.validate("slow.", (topic, user, payload) -> {
            validating.countDown();
            release.await();
            return Verdict.accept();
        });
        RawPeer subscriber = hub.subscriber("all", "");
        RawPeer suspended = hub.connect("all", "PUB");
        RawPeer other = hub.connect("all", "PUB");

        suspended.send(concat(message("a", "1"), message("slow.x", "2"), message("a", "3"), message("slow.y", "4")));
        assertThat(validating.await(20, TimeUnit.SECONDS)).isTrue();
        suspended.send(message("a", "5"));
        other.send(concat(message("b", "1"), message("b", "2")));

        assertThat(List.of(subscriber.message(), subscriber.message(), subscriber.message()))
                .containsExactly(List.of("a", "1"), List.of("b", "1"), List.of("b", "2"));
        assertThat(hub.zeromq.check().ready()).isTrue();
        release.countDown();
        assertThat(List.of(subscriber.message(), subscriber.message(), subscriber.message(), subscriber.message()))
                .containsExactly(List.of("slow.x", "2"), List.of("a", "3"), List.of("slow.y", "4"), List.of("a", "5"));
    }

    @Test
    void shouldReplyToEachRequestWithItsOwnVerdictInOrder() throws IOException {
        hub.validate("x.", (topic, user, payload) -> payload.get(0) == '!' ? Verdict.refuse("no") : Verdict.accept());
        RawPeer dealer = hub.connect("all", "DEALER");

        dealer.send(concat(
                message("id1", "", "x.a", "1"),
                message("id2", "", "x.a", "!"),
                message("id3", "", "y.a", "!"),
                message("", "x.a", "4")));

        assertThat(dealer.message()).containsExactly("id1", "", "OK");
        assertThat(dealer.message()).containsExactly("id2", "", "ERR", "422", "no");
        assertThat(dealer.message()).containsExactly("id3", "", "OK");
        assertThat(dealer.message()).containsExactly("", "OK");
    }

    @Test
    void shouldResumeWithTheInputAfterALargeValidatedEvent() throws IOException {
        hub.validate("x.", (topic, user, payload) -> Verdict.accept());
        RawPeer subscriber = hub.subscriber("all", "");
        RawPeer publisher = hub.connect("all", "PUSH");
        String large = "L".repeat(3_000_000);

        byte[] part = message("x.small", "2");
        publisher.send(concat(message("x.large", large), part, message("y", "3"), part, part));

        assertThat(subscriber.message()).containsExactly("x.large", large);
        assertThat(subscriber.message()).containsExactly("x.small", "2");
        assertThat(subscriber.message()).containsExactly("y", "3");
        assertThat(subscriber.message()).containsExactly("x.small", "2");
        assertThat(subscriber.message()).containsExactly("x.small", "2");
        Fixture.await(() -> hub.largeMessageBytes() == 0);
    }

    @Test
    void shouldCloseAConnectionWhoseEventIsBeingValidated() throws Exception {
        CountDownLatch validating = new CountDownLatch(1);
        hub.validate("slow.", (topic, user, payload) -> {
            validating.countDown();
            release.await();
            return Verdict.accept();
        });
        RawPeer suspended = hub.connect("all", "PUB");
        suspended.send(message("slow.x", "1"));
        assertThat(validating.await(20, TimeUnit.SECONDS)).isTrue();

        hub.broker.disconnect(hub.broker.sessions().get(0).id());

        suspended.untilClosed();
        release.countDown();
        RawPeer other = hub.connect("all", "DEALER");
        other.send(message("", "slow.y", "2"));
        assertThat(other.message()).containsExactly("", "OK");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepTheOrderOfManyEventsOfWhichSomeAreValidated(boolean byCurve) throws IOException {
        Semaphore validated = new Semaphore(0);
        hub.validate("x.", (topic, user, payload) -> {
            validated.release();
            return Verdict.accept();
        });
        Credential credential = byCurve
                ? new Credential.Curve(
                        CurveKeys.ofSecret(Z85.encode(TestUsers.keys("all").secretKey())),
                        hub.zeromq.context().keys().toString())
                : new Credential.Token("all", "all-token");
        RawPeer subscriber = hub.subscriber("all", "");
        int count = 2_000;
        try (HubClient client = HubClient.connect("tcp://127.0.0.1:" + hub.port(), credential, Duration.ofSeconds(20));
                EventStream stream = client.stream()) {
            for (int i = 0; i < count; i++) {
                stream.publish((i % 3 == 0 ? "x." : "y.") + i, "p".repeat(i).getBytes(StandardCharsets.UTF_8));
            }
            for (int i = 0; i < count; i++) {
                assertThat(subscriber.message()).containsExactly((i % 3 == 0 ? "x." : "y.") + i, "p".repeat(i));
            }
        }
        assertThat(validated.availablePermits()).isEqualTo((count + 2) / 3);
    }

    @Test
    void shouldTakeAsManyFramesBehindTheEmptyOneAsAreAllowedAndCountThemRight() throws IOException {
        RawPeer request = hub.connect("all", "REQ");
        String[] frames = new String[1_025];
        java.util.Arrays.fill(frames, "f");
        frames[0] = "";
        request.send(message(frames));
        assertThat(request.message()).containsExactly("", "OK");

        frames = java.util.Arrays.copyOf(frames, 1_026);
        frames[1_025] = "f";
        request.send(message(frames));
        assertThat(request.message())
                .containsExactly(
                        "",
                        "ERR",
                        "400",
                        "the request has 1025 frames after the empty one; at most 1024 are allowed (maxFrames in"
                                + " io.datahub.zeromq.cfg)");
    }

    @Test
    void shouldReplyWithTheGrantedSubscriptions() throws IOException {
        RawPeer request = hub.connect("ci", "REQ");
        request.send(message("", "hub.granted", "", "other", "build.x", "hub."));
        assertThat(request.message()).containsExactly("", "OK", "build.", "build.x", "hub.lost");
        request.send(message("", "hub.granted"));
        assertThat(request.message()).containsExactly("", "OK");
        request.send(message("", "hub.granted2", "x"));
        assertThat(request.message()).startsWith("", "ERR", "403");
    }

    @Test
    void shouldReportATooLongTopic() throws IOException {
        RawPeer request = hub.connect("all", "REQ");
        request.send(message("", "t".repeat(4_200), "x"));
        assertThat(request.message()).containsExactly("", "OK");
        for (byte[] tooLong : List.of(message("", "t".repeat(4_201), "x"), message("", "t".repeat(5_000) + " x"))) {
            request.send(tooLong);
            assertThat(request.message()).containsExactly("", "ERR", "400", "the topic is longer than 4,200 bytes");
        }
    }
}
