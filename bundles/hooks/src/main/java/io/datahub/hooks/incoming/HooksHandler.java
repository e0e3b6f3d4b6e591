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
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * {@code POST /hooks/NAME}. A body is read without blocking a thread; only then it is known who has sent it, so what is
 * in memory at once is limited, in all and of each network, and so is the time that a body takes.
 */
@Component(service = Handler.class)
@HttpMount(path = HooksHandler.MOUNT, methods = "POST", access = "handler", maxBodyBytes = HooksHandler.MAX_BODY_BYTES)
public final class HooksHandler extends Handler.Abstract {

    static final String MOUNT = "/hooks";

    /** GitHub's limit, the largest of all. */
    static final long MAX_BODY_BYTES = 25L << 20;

    private static final long MAX_BYTES_IN_MEMORY = 128L << 20;
    private static final long MAX_BYTES_OF_NETWORK = MAX_BYTES_IN_MEMORY / 4;
    private static final Duration MAX_TIME = Duration.ofMinutes(1);

    private final HookRegistry hooks;
    private final Authenticator authenticator;
    private final ReceivedBytes received = new ReceivedBytes(MAX_BYTES_IN_MEMORY, MAX_BYTES_OF_NETWORK);

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
        new Delivered(request, response, callback, hook.get()).read();
        return true;
    }

    /** A delivery whose body is being received. */
    private final class Delivered extends Callback.Nested implements Promise<Result<byte[]>> {

        private final Request request;
        private final Response response;
        private final Hook hook;
        private final Origin origin;
        private final BodyReader reader;

        Delivered(Request request, Response response, Callback callback, Hook hook) {
            super(callback);
            this.request = request;
            this.response = response;
            this.hook = hook;
            origin = (Origin) request.getAttribute(Origin.class.getName());
            reader = new BodyReader(request, origin, received, MAX_TIME, InstantSource.system(), this);
        }

        void read() {
            reader.run();
        }

        @Override
        public void succeeded(Result<byte[]> body) {
            if (body.isRefused()) {
                refuse(request, response, this, body.refusal().orElseThrow());
                return;
            }
            hook.receive(
                    request.getHeaders(),
                    body.get(),
                    origin.withTransport("hook"),
                    request.getComponents().getExecutor(),
                    (presented, result) -> answer(request, response, this, origin, presented, result));
        }

        @Override
        public void completed() {
            reader.release();
        }
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
