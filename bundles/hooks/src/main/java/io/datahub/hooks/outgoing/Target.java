package io.datahub.hooks.outgoing;

import io.datahub.api.log.FailureText;
import io.datahub.hooks.signature.Hmac;
import io.datahub.hooks.signature.Secret;
import io.datahub.hooks.signature.SecretFile;
import io.datahub.hooks.signature.StandardSignature;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Posts messages to one URL, one at a time. Follows no redirects, and connects to no forbidden address. */
final class Target implements AutoCloseable {

    private static final long CONNECT_MILLIS = 5_000;
    private static final long TOTAL_SECONDS = 15;
    private static final int MAX_THREADS = 8;
    private static final long MAX_RETRY_AFTER_SECONDS = 600;
    private static final int MAX_DIGITS = 9;

    /** What targets take, as a rule; few take more. A request has some more of its own. */
    static final int MAX_MESSAGE_HEADER_BYTES = 6 << 10;

    private static final int MAX_REQUEST_HEADER_BYTES = 16 << 10;

    private final URI url;
    private final Optional<SecretFile> secrets;
    private final HttpClient client;

    /**
     * @param url an http or https URL
     * @param secrets what to sign with; empty for unsigned messages
     * @param authorities that sign the target's certificate; empty for those that Java trusts
     * @throws IllegalStateException if the client can't be started
     */
    Target(
            String name,
            URI url,
            Optional<SecretFile> secrets,
            Optional<SSLContext> authorities,
            boolean allowLoopback) {
        this.url = url;
        this.secrets = secrets;
        QueuedThreadPool threads = new QueuedThreadPool(MAX_THREADS, 1);
        threads.setName("datahub-webhook-http-" + name);
        threads.setDaemon(true);
        threads.setReservedThreads(0);
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        connector.setExecutor(threads);
        SslContextFactory.Client tls = new SslContextFactory.Client();
        authorities.ifPresent(tls::setSslContext);
        connector.setSslContextFactory(tls);
        client = new HttpClient(new HttpClientTransportOverHTTP(connector));
        client.setFollowRedirects(false);
        client.setMaxRequestHeadersSize(MAX_REQUEST_HEADER_BYTES);
        client.setMaxConnectionsPerDestination(1);
        client.setConnectTimeout(CONNECT_MILLIS);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "Datahub"));
        client.setSocketAddressResolver(new TargetAddresses(allowLoopback, threads));
        try {
            client.start();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client can't be started: " + e.getMessage(), e);
        }
        client.getContentDecoderFactories().clear();
    }

    /** Sends a message, signed now. */
    @SuppressWarnings("FutureReturnValueIgnored") // whether it could still be aborted doesn't matter
    Attempt send(Message message) throws InterruptedException {
        if (message.headerBytes() > MAX_MESSAGE_HEADER_BYTES) {
            return Attempt.refused("its headers are larger than " + MAX_MESSAGE_HEADER_BYTES + " bytes");
        }
        Request request;
        try {
            request = request(message);
        } catch (IOException e) {
            return Attempt.failed("it can't be signed: " + e.getMessage());
        }
        CompletableFuture<Result> completed = new CompletableFuture<>();
        request.send(completed::complete);
        try {
            Result result = completed.get(2 * TOTAL_SECONDS, TimeUnit.SECONDS);
            return result.isFailed()
                    ? Attempt.failed(FailureText.of(result.getFailure()))
                    : Attempt.answered(
                            result.getResponse().getStatus(),
                            retryAfter(result.getResponse().getHeaders().get(HttpHeader.RETRY_AFTER), Instant.now()));
        } catch (ExecutionException | TimeoutException e) {
            return Attempt.failed(FailureText.of(e));
        } finally {
            if (!completed.isDone()) {
                request.abort(new TimeoutException("no answer"));
            }
        }
    }

    private Request request(Message message) throws IOException {
        Request request = client.newRequest(url)
                .method(HttpMethod.POST)
                .timeout(TOTAL_SECONDS, TimeUnit.SECONDS)
                .body(new BytesRequestContent(message.headers().get("Content-Type"), message.body()));
        String timestamp = Long.toString(Instant.now().getEpochSecond());
        Optional<Secret> secret =
                secrets.isPresent() ? Optional.of(secrets.get().secrets().get(0)) : Optional.empty();
        request.headers(headers -> {
            message.headers().forEach(headers::put);
            headers.put(StandardSignature.ID, message.id());
            headers.put(StandardSignature.TIMESTAMP, timestamp);
            secret.ifPresent(key -> {
                headers.put(
                        StandardSignature.SIGNATURE,
                        StandardSignature.sign(key, message.id(), timestamp, message.body()));
                headers.put(
                        "X-Hub-Signature-256",
                        "sha256=" + HexFormat.of().formatHex(Hmac.of(key.key(), message.body())));
            });
        });
        return request;
    }

    /** How long a target wants to be left alone: seconds or a date (RFC 9110, 10.2.3), and within bounds. */
    static Duration retryAfter(String value, Instant now) {
        long seconds = 0;
        if (value != null && value.matches("[0-9]+")) {
            seconds = value.length() > MAX_DIGITS ? MAX_RETRY_AFTER_SECONDS : Long.parseLong(value);
        } else if (value != null) {
            try {
                Instant until = DateTimeFormatter.RFC_1123_DATE_TIME.parse(value, Instant::from);
                seconds = Duration.between(now, until).toSeconds();
            } catch (DateTimeParseException e) {
                return Duration.ZERO;
            }
        }
        return Duration.ofSeconds(Math.max(0, Math.min(MAX_RETRY_AFTER_SECONDS, seconds)));
    }

    /** Waits for nothing: what is being sent fails. */
    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client can't be stopped", e);
        }
    }
}
