package io.datahub.jwt;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/**
 * Fetches documents of issuers: without following redirects, so that an issuer can't have the hub send requests
 * elsewhere, and with bounds for size and time, however slowly the issuer sends. Thread-safe; never blocks.
 */
final class IssuerClient {

    /** The maximum size of a document. */
    static final int MAX_BYTES = 262_144;

    private final HttpClient client;
    private final ScheduledExecutorService executor;
    private final long maxMillis;

    /** @param executor ends requests that take too long, and handles responses */
    IssuerClient(SSLContext tls, ScheduledExecutorService executor, long maxMillis) {
        this.executor = executor;
        this.maxMillis = maxMillis;
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(Duration.ofMillis(maxMillis))
                .sslContext(tls)
                .executor(executor)
                .build();
    }

    /** Fetches a document in UTF-8. */
    CompletionStage<String> get(URI address) {
        HttpRequest request = HttpRequest.newBuilder(address)
                .header("Accept", "application/json")
                .timeout(Duration.ofMillis(maxMillis))
                .build();
        CompletableFuture<HttpResponse<byte[]>> response = client.sendAsync(request, head -> {
            if (head.statusCode() != 200) {
                throw new IllegalStateException(address + " was answered with status " + head.statusCode());
            }
            return new BoundedBody();
        });
        return bounded(response).thenApply(done -> new String(done.body(), StandardCharsets.UTF_8));
    }

    /**
     * Posts a form.
     *
     * @param authorization the header {@code Authorization}, if there is to be one
     * @return the answer in UTF-8; fails with {@link IllegalArgumentException} if the issuer refuses it (RFC 6749, 5.2)
     */
    CompletionStage<String> post(URI address, String form, Optional<String> authorization) {
        HttpRequest.Builder request = HttpRequest.newBuilder(address)
                .header("Accept", "application/json")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .timeout(Duration.ofMillis(maxMillis))
                .POST(HttpRequest.BodyPublishers.ofString(form));
        authorization.ifPresent(value -> request.header("Authorization", value));
        return bounded(client.sendAsync(request.build(), head -> new BoundedBody()))
                .thenApply(done -> {
                    if (done.statusCode() == 400) {
                        throw new IllegalArgumentException("the issuer has refused the code");
                    } else if (done.statusCode() != 200) {
                        throw new IllegalStateException(address + " was answered with status " + done.statusCode());
                    }
                    return new String(done.body(), StandardCharsets.UTF_8);
                });
    }

    private CompletionStage<HttpResponse<byte[]>> bounded(CompletableFuture<HttpResponse<byte[]>> response) {
        Future<?> limit = executor.schedule(() -> response.cancel(true), maxMillis, TimeUnit.MILLISECONDS);
        return response.whenComplete((done, failure) -> limit.cancel(false));
    }

    /** Collects a body; fails if it is too long. */
    private static final class BoundedBody implements HttpResponse.BodySubscriber<byte[]> {

        private final CompletableFuture<byte[]> result = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private Flow.Subscription subscription;

        @Override
        public CompletionStage<byte[]> getBody() {
            return result;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                if (bytes.size() + buffer.remaining() > MAX_BYTES) {
                    subscription.cancel();
                    result.completeExceptionally(new IOException("the document has more than " + MAX_BYTES + " bytes"));
                    return;
                }
                byte[] part = new byte[buffer.remaining()];
                buffer.get(part);
                bytes.writeBytes(part);
            }
        }

        @Override
        public void onError(Throwable failure) {
            result.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            result.complete(bytes.toByteArray());
        }
    }
}
