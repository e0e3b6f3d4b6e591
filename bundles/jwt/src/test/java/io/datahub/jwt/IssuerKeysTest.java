package io.datahub.jwt;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The source is answered by the test, and time passes when the test says so. */
class IssuerKeysTest {

    private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
    private final Deque<CompletableFuture<KeySet>> fetches = new ArrayDeque<>();
    private long now = 12_345;
    private IssuerKeys keys;
    private ECKey first;
    private ECKey second;

    @BeforeEach
    void setUp() throws Exception {
        first = new ECKeyGenerator(Curve.P_256).keyID("first").generate();
        second = new ECKeyGenerator(Curve.P_256).keyID("second").generate();
        keys = new IssuerKeys(
                "https://ci.example.org",
                () -> {
                    CompletableFuture<KeySet> fetch = new CompletableFuture<>();
                    fetches.add(fetch);
                    return fetch;
                },
                new IssuerKeys.KeyTimes(3_600_000, 30_000, 86_400_000),
                executor,
                () -> now,
                new IssuerKeys.FetchCounts(new LongAdder(), new LongAdder()));
        keys.start();
    }

    @AfterEach
    void tearDown() {
        keys.close();
        executor.shutdownNow();
    }

    private void pass(long seconds) {
        now += TimeUnit.SECONDS.toNanos(seconds);
    }

    private void answer(ECKey... present) {
        fetches.remove()
                .complete(KeySet.parse(
                        new JWKSet(java.util.List.of(present)).toPublicJWKSet().toString()));
    }

    private CompletionStage<Result<SignedToken>> verify(ECKey key) throws Exception {
        JWSObject token = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(), new Payload("{}"));
        token.sign(new ECDSASigner(key));
        return keys.verify(SignedToken.parse(token.serialize()));
    }

    private static Reason reason(CompletionStage<Result<SignedToken>> stage) {
        return stage.toCompletableFuture().join().refusal().orElseThrow().reason();
    }

    @Test
    void tokensWaitForTheFirstKeys() throws Exception {
        var early = verify(first).toCompletableFuture();
        assertThat(early).isNotDone();
        answer(first);
        assertThat(early.join().isRefused()).isFalse();
        assertThat(fetches).isEmpty();
    }

    @Test
    void anUnknownKeyIsAskedForOnceInAWhile() throws Exception {
        answer(first);
        var rotated = verify(second);
        answer(first, second);
        assertThat(rotated.toCompletableFuture().join().isRefused()).isFalse();

        ECKey unknown = new ECKeyGenerator(Curve.P_256).keyID("unknown").generate();
        assertThat(reason(verify(unknown))).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(fetches).isEmpty();
        pass(30);
        var later = verify(unknown);
        assertThat(reason(verifyWhile(later, unknown))).isEqualTo(Reason.UNAUTHENTICATED);
    }

    /** Verifies another token during a fetch, which the two share. */
    private CompletionStage<Result<SignedToken>> verifyWhile(CompletionStage<?> running, ECKey key) throws Exception {
        var shared = verify(key);
        assertThat(fetches).hasSize(1);
        answer(first, second);
        assertThat(running.toCompletableFuture()).isDone();
        return shared;
    }

    @Test
    void aWrongSignatureOfAKnownKeyAsksNobody() throws Exception {
        answer(first);
        ECKey forged = new ECKeyGenerator(Curve.P_256).keyID("first").generate();
        assertThat(reason(verify(forged))).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(fetches).isEmpty();
    }

    @Test
    void keysOutliveTheirIssuerForADay() throws Exception {
        answer(first);
        pass(86_000);
        var unknown = verify(second);
        fetches.remove().completeExceptionally(new IOException("down"));
        assertThat(reason(unknown)).isEqualTo(Reason.UNAUTHENTICATED);
        assertThat(keys.problem()).contains("down");
        assertThat(verify(first).toCompletableFuture().join().isRefused()).isFalse();
        pass(401);
        var late = verify(first);
        fetches.remove().completeExceptionally(new IOException("down"));
        assertThat(reason(late)).isEqualTo(Reason.UNAVAILABLE);
        assertThat(keys.size()).isZero();
    }

    @Test
    void onlyUsableKeysCount() {
        KeySet set = KeySet.parse("{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"},{\"kty\":\"new\"},{\"kty\":\"EC\"},1,"
                + "{\"kty\":\"RSA\",\"n\":\"" + "u".repeat(171) + "\",\"e\":\"AQAB\"},"
                + first.toPublicJWK().toJSONString() + ","
                + second.toPublicJWK().toJSONString().replaceFirst("\\{", "{\"use\":\"enc\",") + "]}");
        assertThat(set.keys()).singleElement().extracting(key -> key.getKeyID()).isEqualTo("first");
    }
}
