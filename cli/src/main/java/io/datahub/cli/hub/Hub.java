package io.datahub.cli.hub;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.core.Output;
import io.datahub.cli.http.Connections;
import io.datahub.cli.http.Request;
import io.datahub.cli.http.Response;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Sends requests to a hub, again where that can help, and turns refusals into {@link Failure}s. Thread-safe. */
public final class Hub {

    private static final int FIRST_REFUSAL = 300;
    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY = 429;

    private final Connections connections;
    private final Supplier<Optional<String>> token;
    private final int maxAttempts;
    private final Output output;

    /**
     * A hub, with which nothing is connected yet.
     *
     * @param token the token, asked for at each request, since a file or a command may have a newer one
     * @param maxAttempts how often a request is sent at most
     */
    public Hub(Connections connections, Supplier<Optional<String>> token, int maxAttempts, Output output) {
        this.connections = connections;
        this.token = token;
        this.maxAttempts = maxAttempts;
        this.output = output;
    }

    /** Its URL. */
    public String url() {
        return connections.origin().toString();
    }

    /** The path below the URL of the hub as a proxy sees it, for {@code Destination}. */
    public String prefix() {
        return connections.origin().path();
    }

    /** A response, whatever its status, and how often the request was sent for it. */
    private record Attempt(Response response, int number) {}

    /** Sends a request; returns the response if its status is that of success, to be closed by the caller. */
    public Response open(Request request) {
        Response response = openAny(request);
        if (response.status() >= FIRST_REFUSAL) {
            throw refusal(response, request);
        }
        return response;
    }

    /** Sends a request; returns the response, also if it is an error that sending it again can't help. */
    public Response openAny(Request request) {
        return attempt(request).response();
    }

    /**
     * Sends a write that fails when it has been done. One whose response was lost and that is sent again fails because of its own
     * effect: the caller has to look.
     *
     * @param confirm whether the record is what it was to become, asked when a repeated request was refused
     * @return the response, or empty if it is confirmed
     */
    public Optional<Response> openOnce(Request request, Supplier<Boolean> confirm) {
        Attempt attempt = attempt(request);
        Response response = attempt.response();
        if (response.status() >= FIRST_REFUSAL) {
            Failure failure = refusal(response, request);
            boolean isOwnEffect = (attempt.number() > 1 || response.isRepeated())
                    && (failure.exitStatus() == Failure.PRECONDITION
                            || failure.exitStatus() == Failure.REFUSED
                            || failure.httpStatus() == NOT_FOUND);
            if (isOwnEffect && confirm.get()) {
                return Optional.empty();
            }
            throw failure;
        }
        return Optional.of(response);
    }

    /** Deletes a record, or a directory, with a request that has the conditions. */
    public void delete(Request request, String path) {
        openOnce(request, () -> isMissing(path)).ifPresent(this::discard);
    }

    private boolean isMissing(String path) {
        Response response = openAny(new Request("HEAD", Paths.files(path)));
        discard(response);
        return response.status() == NOT_FOUND;
    }

    private void discard(Response response) {
        try (response) {
            response.text();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Sends a request and reads the response as text. */
    public String text(Request request) {
        try (Response response = open(request)) {
            return response.text();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Sends a request and reads the response as a JSON object. */
    public Map<String, Object> object(Request request) {
        try {
            return Json.object(text(request));
        } catch (IOException e) {
            throw new Failure(Failure.UNREACHABLE, url() + " doesn't answer as a hub does: is the URL right?");
        }
    }

    /** Sends a request and discards the response. */
    public void done(Request request) {
        text(request);
    }

    private Attempt attempt(Request request) {
        for (int attempt = 1; ; attempt++) {
            boolean isLast = attempt >= maxAttempts || !request.isRepeatable();
            try {
                Response response = connections.send(prefixed(request), token.get());
                if (isLast || !isTemporary(response.status(), request)) {
                    return new Attempt(response, attempt);
                }
                Optional<String> pause = response.header("retry-after");
                response.close();
                Backoff.pause(attempt, pause);
            } catch (java.net.ConnectException e) {
                if (isLast) {
                    throw unreachable(e);
                }
                Backoff.pause(attempt, Optional.empty());
            } catch (IOException e) {
                if (isLast || !request.isIdempotent()) {
                    throw unreachable(e);
                }
                Backoff.pause(attempt, Optional.empty());
            }
        }
    }

    private Request prefixed(Request request) {
        return prefix().isEmpty() ? request : request.at(prefix() + request.target());
    }

    /** A proxy that reports an error of its own may have passed the request on. */
    private static boolean isTemporary(int status, Request request) {
        boolean isOfProxy = status == 502 || status == 504;
        return status == TOO_MANY || status == 503 || (isOfProxy && request.isIdempotent());
    }

    private Failure unreachable(IOException e) {
        String reason = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        if (e.getCause() instanceof CertificateException) {
            return new Failure(
                    Failure.UNREACHABLE,
                    "the certificate of " + url() + " isn't accepted (" + reason
                            + "): name the authority that signed it"
                            + " by DATAHUB_CA_FILE or context add --ca, and the host as the certificate does");
        }
        return new Failure(
                Failure.UNREACHABLE,
                "the hub at " + url() + " can't be reached (" + reason + "): is it running, and is the URL right?");
    }

    /** The connection was lost while a response was read. */
    public Failure lost(IOException e) {
        return unreachable(e);
    }

    /** The failure for a response that is an error; reads and closes it. */
    public Failure refusal(Response response, Request request) {
        String detail = "";
        String target =
                response.header("location").map(to -> ", which leads to " + to).orElse("");
        try (response) {
            detail = Problem.describe(response.text());
        } catch (IOException e) {
            output.note("the reason of the refusal was cut off");
        }
        int status = response.status();
        String hint = status == 401 && token.get().isEmpty()
                ? ": no token; set DATAHUB_TOKEN or DATAHUB_TOKEN_FILE, or use datahub context add"
                : "";
        return new Failure(
                Failure.exitStatusOf(status),
                status,
                (detail.isEmpty()
                                ? request.method() + " " + request.target() + " was answered with " + status + target
                                : detail)
                        + hint);
    }
}
