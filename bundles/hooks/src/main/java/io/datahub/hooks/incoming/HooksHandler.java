package io.datahub.hooks.incoming;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.http.HttpMount;
import io.datahub.api.json.JsonText;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Origin;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * {@code POST /hooks/NAME}. A body is read without blocking a thread; only then it is known who has sent it, so the
 * bodies that are in memory at once are limited.
 */
@Component(service = Handler.class)
@HttpMount(path = HooksHandler.MOUNT, methods = "POST", access = "handler", maxBodyBytes = HooksHandler.MAX_BODY_BYTES)
public final class HooksHandler extends Handler.Abstract {

    static final String MOUNT = "/hooks";

    /** GitHub's limit, the largest of all. */
    static final long MAX_BODY_BYTES = 25L << 20;

    private static final long MAX_BYTES_IN_MEMORY = 128L << 20;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final HookRegistry hooks;
    private final Authenticator authenticator;
    private final AtomicLong bytesInMemory = new AtomicLong();

    @Activate
    public HooksHandler(@Reference HookRegistry hooks, @Reference Authenticator authenticator) {
        this.hooks = hooks;
        this.authenticator = authenticator;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = request.getHttpURI().getPath();
        Optional<Hook> hook =
                path.startsWith(MOUNT + "/") ? hooks.find(path.substring(MOUNT.length() + 1)) : Optional.empty();
        if (hook.isEmpty()) {
            refuse(request, response, callback, new Refusal(Reason.NOT_FOUND, "there is no hook of this name"));
            return true;
        }
        long bytes = request.getLength() < 0 ? MAX_BODY_BYTES : request.getLength();
        if (bytesInMemory.addAndGet(bytes) > MAX_BYTES_IN_MEMORY) {
            bytesInMemory.addAndGet(-bytes);
            refuse(
                    request,
                    response,
                    callback,
                    Refusal.unavailable("too much is being sent to hooks; try again", RETRY_AFTER));
            return true;
        }
        Callback releasing = new Callback.Nested(callback) {
            @Override
            public void completed() {
                bytesInMemory.addAndGet(-bytes);
            }
        };
        Content.Source.asByteBuffer(request, new Promise<>() {
            @Override
            public void succeeded(ByteBuffer body) {
                byte[] copy = new byte[body.remaining()];
                body.get(copy);
                Origin origin = (Origin) request.getAttribute(Origin.class.getName());
                hook.get()
                        .receive(
                                request.getHeaders(),
                                copy,
                                origin.withTransport("hook"),
                                request.getComponents().getExecutor(),
                                (presented, result) -> answer(request, response, releasing, origin, presented, result));
            }

            @Override
            public void failed(Throwable failure) {
                releasing.failed(failure);
            }
        });
        return true;
    }

    private void answer(
            Request request,
            Response response,
            Callback callback,
            Origin origin,
            Credentials presented,
            Result<Outcome> result) {
        Optional<Refusal> refusal = result.refusal();
        if (refusal.isEmpty()) {
            response.setStatus(HttpStatus.ACCEPTED_202);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
            byte[] json = JsonText.of(generator -> {
                generator.writeStartObject();
                generator.writeStringField("result", result.get().result());
                generator.writeNumberField("events", result.get().events());
                generator.writeEndObject();
            });
            response.write(true, ByteBuffer.wrap(json), callback);
            return;
        }
        Duration delay = refusal.get().reason() == Reason.UNAUTHENTICATED
                ? authenticator.failureDelay(presented, origin.withTransport("hook"))
                : Duration.ZERO;
        if (delay.isZero()) {
            refuse(request, response, callback, refusal.get());
            return;
        }
        request.addIdleTimeoutListener(timeout -> false);
        var components = request.getComponents();
        components
                .getScheduler()
                .schedule(
                        () -> components
                                .getExecutor()
                                .execute(() -> refuse(request, response, callback, refusal.get())),
                        delay.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private static void refuse(Request request, Response response, Callback callback, Refusal refusal) {
        request.setAttribute(Refusal.class.getName(), refusal);
        Response.writeError(request, response, callback, refusal.reason().status(), refusal.detail());
    }
}
