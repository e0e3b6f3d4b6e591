package io.datahub.s3;

import io.datahub.api.secret.SecretFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.HttpURLConnection;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;

/**
 * Signs requests, sends them once, and turns answers with an error into exceptions. The keys are read again when they
 * were refused, so that they can be replaced while the hub runs. Thread-safe.
 */
final class S3Client implements AutoCloseable {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LONGEST_RETRY_AFTER = Duration.ofSeconds(5);
    private static final int MAX_ERROR_BYTES = 1 << 16;

    private final S3Location location;
    private final SecretFiles secrets;
    private final Duration timeout;
    private final SignatureV4 signature;
    private final ExecutorService threads;
    private final HttpClient http;
    private final Optional<SSLSocketFactory> trusted; // empty for the authorities that Java trusts
    private volatile S3Keys keys;

    /** How far the clock of the store is ahead; set when it refuses the time of a request. */
    private volatile Duration ahead = Duration.ZERO;

    /**
     * @param timeout how long a connection may make no progress
     * @throws IOException if the secrets can't be read
     */
    S3Client(S3Location location, SecretFiles secrets, Duration timeout) throws IOException {
        this.location = location;
        this.secrets = secrets;
        this.timeout = timeout;
        signature = new SignatureV4(location.region());
        keys = S3Keys.read(secrets);
        AtomicInteger number = new AtomicInteger();
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "datahub-s3-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .executor(threads);
        Optional<SSLContext> authorities = secrets.trusting("blobs.ca.pem");
        authorities.ifPresent(builder::sslContext);
        trusted = authorities.map(SSLContext::getSocketFactory);
        http = builder.build();
    }

    S3Location location() {
        return location;
    }

    /**
     * Sends a request once.
     *
     * @return the answer, whose body the caller closes
     * @throws S3Exception if the status isn't one of success
     */
    HttpResponse<InputStream> send(S3Request request) throws IOException {
        HttpRequest.Builder builder = HttpRequest.newBuilder(request.uri()).method(request.method(), request.body());
        signed(request).forEach(builder::header);
        HttpResponse<InputStream> answer = exchange(builder.build(), request.progress());
        if (answer.statusCode() / 100 != 2) {
            throw refused(request, answer.statusCode(), name -> answer.headers().firstValue(name), answer.body());
        }
        return answer;
    }

    /**
     * Sends a request once, on the calling thread; the answer may be large. The body of the request isn't sent.
     *
     * @param body what is sent as its body: at most {@link DirectAnswer#MAX_SENT_BYTES}; empty if it has none
     * @return the answer, which the caller closes
     * @throws S3Exception if the status isn't one of success
     */
    DirectAnswer sendDirectly(S3Request request, Optional<byte[]> body) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) request.uri().toURL().openConnection();
        if (connection instanceof HttpsURLConnection encrypted && trusted.isPresent()) {
            encrypted.setSSLSocketFactory(trusted.get());
        }
        connection.setRequestMethod(request.method());
        connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        signed(request).forEach(connection::setRequestProperty);
        DirectAnswer answer = DirectAnswer.start(connection, body, timeout);
        if (answer.status() / 100 != 2) {
            throw refused(request, answer.status(), answer::header, answer);
        }
        return answer;
    }

    /** The headers of a request, without that for the host, which every client sets. */
    private SortedMap<String, String> signed(S3Request request) {
        SortedMap<String, String> headers = new TreeMap<>(request.headers());
        headers.put("host", location.host());
        SortedMap<String, String> signed = signature.sign(
                keys,
                request.method(),
                request.uri(),
                headers,
                request.payloadHash(),
                Instant.now().plus(ahead));
        signed.remove("host");
        return signed;
    }

    private HttpResponse<InputStream> exchange(HttpRequest request, Progress progress) throws IOException {
        progress.stamp();
        CompletableFuture<HttpResponse<InputStream>> answer = http.sendAsync(request, head -> new BodyStream(timeout));
        try {
            while (true) {
                try {
                    return answer.get(Math.max(1, timeout.toNanos() - progress.idleNanos()), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    if (progress.idleNanos() >= timeout.toNanos()) {
                        throw new HttpTimeoutException(request.method() + " " + request.uri() + ": no progress for "
                                + timeout.toMillis() + " ms");
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + location.endpoint());
        } catch (ExecutionException e) {
            throw new IOException(
                    request.method() + " " + request.uri() + ": " + e.getCause().getMessage(), e.getCause());
        } finally {
            answer.cancel(true);
        }
    }

    private S3Exception refused(
            S3Request request, int status, Function<String, Optional<String>> header, InputStream answer)
            throws IOException {
        String code;
        try (answer) {
            code = ErrorCode.of(answer.readNBytes(MAX_ERROR_BYTES));
        } catch (IOException e) {
            code = "";
        }
        if (code.equals("RequestTimeTooSkewed")) {
            header.apply("date").flatMap(S3Client::date).ifPresent(now -> ahead = Duration.between(Instant.now(), now));
        }
        if (status == 403) {
            keys = S3Keys.read(secrets);
        }
        return new S3Exception(
                request.toString(), status, code, header.apply("retry-after").flatMap(S3Client::seconds));
    }

    private static Optional<Instant> date(String text) {
        try {
            return Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<Duration> seconds(String text) {
        return Optional.of(text)
                .filter(number -> number.matches("[0-9]{1,9}"))
                .map(number -> Duration.ofSeconds(Long.parseLong(number)))
                .map(asked -> asked.compareTo(LONGEST_RETRY_AFTER) > 0 ? LONGEST_RETRY_AFTER : asked);
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
