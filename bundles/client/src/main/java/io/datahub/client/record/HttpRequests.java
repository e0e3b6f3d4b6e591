package io.datahub.client.record;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Sends requests with the token. Thread-safe. */
final class HttpRequests {

    static final int OK = 200;
    static final int PARTIAL_CONTENT = 206;
    static final int NOT_FOUND = 404;
    static final int GONE = 410;
    static final int PRECONDITION_FAILED = 412;

    private static final int FIRST_REFUSAL = 300;
    private static final int MAX_ATTEMPTS = 6;
    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long MAX_PAUSE_MILLIS = 15_000;

    private static final int MAX_RETRY_AFTER_SECONDS = 60;

    /** The hub isn't ready, or a proxy can't reach it. */
    private static final Set<Integer> AWAY = Set.of(502, 503, 504);

    /** The hub says itself that it has done nothing: it isn't ready, or too much is asked of it. */
    private static final Set<Integer> UNTOUCHED = Set.of(429, 503);

    private final HttpClient client;
    private final String root;
    private final Supplier<String> token;

    HttpRequests(HttpClient client, URI hub, Supplier<String> token) {
        this.client = client;
        String url = hub.toString();
        root = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.token = token;
    }

    /** The path of the hub's URL, without a slash at its end. */
    String prefix() {
        return URI.create(root).getRawPath();
    }

    /**
     * A request that can be sent several times.
     *
     * @param headers names and values in turn
     * @param timeout of the whole response
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Request(String method, String target, List<String> headers, byte[] body, Duration timeout) {

        static Request of(String method, String target, String... headers) {
            return new Request(method, target, List.of(headers), null, Duration.ofMinutes(1));
        }

        Request body(byte[] bytes) {
            return new Request(method, target, headers, bytes, timeout);
        }

        Request timeout(Duration duration) {
            return new Request(method, target, headers, body, duration);
        }

        Request with(String header, String value) {
            List<String> all = new ArrayList<>(headers);
            all.add(header);
            all.add(value);
            return new Request(method, target, List.copyOf(all), body, timeout);
        }

        /** Whether sending it twice has the effect of sending it once; an upload that is begun twice expires. */
        boolean isIdempotent() {
            return method.equals("POST") ? target.equals("/uploads") : !method.equals("MOVE");
        }

        Request on(Condition condition) {
            return condition.header().isEmpty() ? this : with(condition.header(), condition.value());
        }
    }

    /**
     * The response to a request that was sent until there was one.
     *
     * @param isRepeated whether an earlier attempt may have had its effect
     */
    record Answer(HttpResponse<String> response, boolean isRepeated) {

        int status() {
            return response.statusCode();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }

        Map<String, Object> json() throws IOException {
            return Json.object(response.body());
        }
    }

    /** Sends a request, again after a pause as long as the hub is away or busy; the response may be a refusal. */
    Answer ask(Request request) throws IOException, InterruptedException {
        AtomicInteger attempts = new AtomicInteger();
        return new Answer(repeat(request, BodyHandlers.ofString(), attempts), attempts.get() > 1);
    }

    /** Like {@link #ask}; a refusal is an exception. */
    Answer require(Request request) throws IOException, InterruptedException {
        return accepted(ask(request));
    }

    /** Returns an answer that isn't a refusal. */
    Answer accepted(Answer answer) throws RequestRefusedException {
        if (answer.status() >= FIRST_REFUSAL) {
            throw refusal(answer.response(), answer.response().body());
        }
        return answer;
    }

    /** Like {@link #ask}, for any kind of body. */
    <T> HttpResponse<T> repeat(Request request, BodyHandler<T> handler) throws IOException, InterruptedException {
        return repeat(request, handler, new AtomicInteger());
    }

    private <T> HttpResponse<T> repeat(Request request, BodyHandler<T> handler, AtomicInteger attempts)
            throws IOException, InterruptedException {
        while (true) {
            int attempt = attempts.incrementAndGet();
            try {
                HttpResponse<T> response = once(request, handler);
                int status = response.statusCode();
                boolean isRefusedForNow = UNTOUCHED.contains(status) || (isAway(status) && request.isIdempotent());
                if (!isRefusedForNow || attempt == MAX_ATTEMPTS) {
                    return response;
                }
                pause(attempt, response);
            } catch (IOException e) {
                // What may have arrived isn't sent twice.
                if (attempt == MAX_ATTEMPTS || !(request.isIdempotent() || e instanceof ConnectException)) {
                    throw unreachable(e);
                }
                pause(attempt);
            }
        }
    }

    /** Waits as long as the hub asks for, or as long as without a response. */
    private static void pause(int attempt, HttpResponse<?> response) throws InterruptedException {
        String seconds = response.headers().firstValue("Retry-After").orElse("");
        if (seconds.matches("[0-9]{1,9}")) {
            Thread.sleep(Math.min(Integer.parseInt(seconds), MAX_RETRY_AFTER_SECONDS) * 1_000L);
        } else {
            pause(attempt);
        }
    }

    /** Sends a request once. */
    <T> HttpResponse<T> once(Request request, BodyHandler<T> handler) throws IOException, InterruptedException {
        BodyPublisher body =
                request.body() == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(request.body());
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(root + request.target()))
                .method(request.method(), body)
                .setHeader("Authorization", "Bearer " + token.get());
        for (int i = 0; i < request.headers().size(); i += 2) {
            builder.setHeader(request.headers().get(i), request.headers().get(i + 1));
        }
        // A timeout of the request itself would end with the head of the response.
        CompletableFuture<HttpResponse<T>> response = client.sendAsync(builder.build(), handler);
        try {
            return response.get(request.timeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + request.timeout().toSeconds() + " s", e);
        } finally {
            response.cancel(true);
        }
    }

    /** Whether the hub, or the way to it, may be back soon. */
    static boolean isAway(int status) {
        return AWAY.contains(status);
    }

    /** Waits before the next attempt, longer each time. */
    static void pause(int attempt) throws InterruptedException {
        Thread.sleep(Math.min(FIRST_PAUSE_MILLIS << Math.min(attempt, 10), MAX_PAUSE_MILLIS));
    }

    private IOException unreachable(IOException e) {
        return new IOException("no hub can be reached at " + root + ": " + e, e);
    }

    /** The exception for a response that is an error, described by RFC 9457. */
    static RequestRefusedException refusal(HttpResponse<?> response, String body) {
        Map<String, Object> problem;
        try {
            problem = Json.object(body);
        } catch (IOException e) {
            problem = Map.of();
        }
        String detail = Json.text(problem, "detail");
        String message = detail.isEmpty()
                ? response.request().method() + " " + response.request().uri().getPath() + " was answered with "
                        + response.statusCode()
                : detail;
        List<RequestRefusedException.Violation> violations = Json.objects(problem, "violations").stream()
                .map(each -> new RequestRefusedException.Violation(
                        Json.text(each, "validator"), Json.text(each, "message"), (int) Json.number(each, "line"), (int)
                                Json.number(each, "column")))
                .toList();
        String oldest = response.statusCode() == GONE
                ? response.headers().firstValue("Datahub-Cursor").orElse("0")
                : "";
        return new RequestRefusedException(response.statusCode(), message, violations, oldest);
    }
}
