package io.datahub.jwt;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.http.SessionOpener;
import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UserRegistry.IssuedToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request of a browser that signs in. Whatever happens, it is sent on: to the issuer, or to the web page, which is told by
 * one of three words why somebody isn't signed in; the log has the reason.
 */
final class OidcExchange {

    static final String UNAVAILABLE = "unavailable";
    private static final String REFUSED = "refused";
    private static final String EXPIRED = "expired";

    private static final Logger LOG = LoggerFactory.getLogger(OidcExchange.class);
    private static final Duration SESSION = Duration.ofHours(1);
    private static final int MAX_CODE = 4_096;

    private final OidcSettings settings;
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final Authenticator authenticator;
    private final UserRegistry registry;
    private final Consumer<String> ended;
    private final Origin origin;

    /** @param ended called once when the issuer isn't needed any more: with why it couldn't be asked, empty if it could */
    OidcExchange(
            OidcSettings settings,
            Request request,
            Response response,
            Callback callback,
            Authenticator authenticator,
            UserRegistry registry,
            Consumer<String> ended) {
        this.settings = settings;
        this.request = request;
        this.response = response;
        this.callback = callback;
        this.authenticator = authenticator;
        this.registry = registry;
        this.ended = ended;
        origin = (Origin) request.getAttribute(Origin.class.getName());
    }

    /** Sends the browser to the issuer. */
    void start(OidcProvider provider, InstantSource clock) {
        OidcAttempt attempt = OidcAttempt.begin(clock.instant());
        provider.authorization(attempt).whenComplete((address, failure) -> {
            ended.accept(failure == null ? "" : FailureText.of(failure));
            if (failure == null) {
                setCookie(attempt.cookie(), OidcAttempt.LIFETIME.toSeconds());
                redirect(address);
            } else {
                refuse(UNAVAILABLE, FailureText.of(failure));
            }
        });
    }

    /** Signs in whoever the issuer says that the browser belongs to. */
    void complete(OidcProvider provider, InstantSource clock) {
        Fields parameters = Request.extractQueryParameters(request, StandardCharsets.UTF_8);
        Optional<OidcAttempt> attempt = attempt(clock)
                .filter(found -> found.hasState(one(parameters, "state").orElse("")));
        if (attempt.isEmpty()) {
            ended.accept(null);
            refuse(EXPIRED, "the browser has begun no such sign-in, or more than ten minutes ago");
            return;
        }
        setCookie("", 0);
        Optional<String> code = one(parameters, "code").filter(text -> text.length() <= MAX_CODE);
        if (code.isEmpty() || parameters.get("error") != null) {
            ended.accept(null);
            refuse(REFUSED, "the issuer answers " + one(parameters, "error").orElse("without a code"));
            return;
        }
        provider.metadata()
                .thenCompose(metadata -> {
                    checkIssuer(parameters, metadata.namesItself());
                    return provider.token(attempt.get(), code.get());
                })
                .whenComplete((token, failure) -> {
                    boolean isRefused = cause(failure) instanceof IllegalArgumentException;
                    ended.accept(failure == null || isRefused ? "" : FailureText.of(failure));
                    if (failure == null) {
                        authenticate(token);
                    } else {
                        refuse(isRefused ? REFUSED : UNAVAILABLE, FailureText.of(failure));
                    }
                });
    }

    private Optional<OidcAttempt> attempt(InstantSource clock) {
        List<HttpCookie> cookies = Request.getCookies(request).stream()
                .filter(cookie -> cookie.getName().equals(cookieName()))
                .toList();
        return cookies.size() == 1 ? OidcAttempt.of(cookies.get(0).getValue(), clock.instant()) : Optional.empty();
    }

    /** The value of a parameter; empty if it is missing or occurs twice. */
    private static Optional<String> one(Fields parameters, String name) {
        List<String> values = parameters.getValuesOrEmpty(name);
        return values.size() == 1 ? Optional.of(values.get(0)) : Optional.empty();
    }

    /** Notices answers of another issuer (RFC 9207, 2.4). */
    private void checkIssuer(Fields parameters, boolean isRequired) {
        boolean isPresent = parameters.get("iss") != null;
        if ((isPresent || isRequired)
                && one(parameters, "iss").filter(settings.issuer()::equals).isEmpty()) {
            throw new IllegalArgumentException("the answer is of another issuer");
        }
    }

    private void authenticate(String token) {
        Optional<Credentials.ExternalToken> credentials =
                Credentials.ExternalToken.of(Optional.empty(), token.getBytes(StandardCharsets.UTF_8));
        if (credentials.isEmpty()) {
            refuse(REFUSED, "the ID token is no JWT, or is too large");
            return;
        }
        authenticate(credentials.get(), login -> {
            Result<IssuedToken> issued = issue(login);
            if (issued.isRefused()) {
                refuse(UNAVAILABLE, issued.refusal().orElseThrow().detail());
                return;
            }
            byte[] secret = issued.get().token().getBytes(StandardCharsets.US_ASCII);
            authenticate(new Credentials.Token(Optional.empty(), secret), this::open);
        });
    }

    private void authenticate(Credentials credentials, Consumer<Login> next) {
        authenticator.authenticate(credentials, origin, request.getComponents().getExecutor(), login -> {
            try {
                if (!login.isRefused()) {
                    next.accept(login.get());
                    return;
                }
                Refusal refusal = login.refusal().orElseThrow();
                boolean isUnavailable = refusal.reason() == Reason.UNAVAILABLE;
                later(
                        isUnavailable ? Duration.ZERO : authenticator.failureDelay(credentials, origin),
                        () -> refuse(isUnavailable ? UNAVAILABLE : REFUSED, refusal.detail()));
            } catch (RuntimeException e) {
                Response.writeError(request, response, callback, e);
            }
        });
    }

    private Result<IssuedToken> issue(Login login) {
        try {
            return registry.issueShortLived(login, SESSION, login.label().orElse(""));
        } catch (IOException e) {
            LOG.warn("event=oidc.sign-in.failed", e);
            return Result.refused(Refusal.unavailable("the token of the session can't be stored", SESSION));
        }
    }

    private void open(Login login) {
        try {
            ((SessionOpener) request.getAttribute(SessionOpener.class.getName())).open(login);
        } catch (UncheckedIOException e) {
            LOG.warn("event=oidc.sign-in.failed", e);
            refuse(UNAVAILABLE, "the session can't be stored");
            return;
        }
        LOG.info("event=oidc.signed-in user={}", LogText.quoted(login.user().name()));
        redirect(settings.page());
    }

    /** Sends the browser to the web page, which says why nobody is signed in. */
    void refuse(String word, String reason) {
        LOG.info("event=oidc.sign-in.refused result={} reason={}", word, LogText.quoted(LogText.escaped(reason, 300)));
        redirect(settings.page() + "?sign-in=" + word);
    }

    private void redirect(String address) {
        response.setStatus(HttpStatus.SEE_OTHER_303);
        response.getHeaders().put(HttpHeader.LOCATION, address);
        response.getHeaders().put("Referrer-Policy", "no-referrer");
        response.write(true, null, callback);
    }

    private void later(Duration delay, Runnable action) {
        if (delay.isZero()) {
            action.run();
            return;
        }
        request.addIdleTimeoutListener(timeout -> false);
        var components = request.getComponents();
        components
                .getScheduler()
                .schedule(() -> components.getExecutor().execute(action), delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Named like the cookie of sessions, but sent when the issuer sends the browser back, too. */
    private String cookieName() {
        return (origin.confidential() ? "__Host-" : "") + "datahub-sign-in-" + Request.getServerPort(request);
    }

    private void setCookie(String value, long seconds) {
        response.getHeaders()
                .add(
                        HttpHeader.SET_COOKIE,
                        cookieName() + "=" + value + "; Path=/; HttpOnly; SameSite=Lax"
                                + (origin.confidential() ? "; Secure" : "") + "; Max-Age=" + seconds);
    }

    private static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }
}
