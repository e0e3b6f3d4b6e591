package org.example.hook;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.NoOpSink;
import io.datahub.api.event.Published;
import io.datahub.api.event.Session;
import io.datahub.api.http.HttpMount;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.user.Login;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
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
 * Takes {@code POST /build-hook}, signed over the bytes of its body, and publishes the body as an event {@code
 * build.finished}: once for each delivery, however often the sender repeats it.
 *
 * <p>The hub has checked that the sender may publish {@code build.}, the method and the size before it calls this.
 */
@Component(service = Handler.class)
@HttpMount(
        path = "/build-hook",
        exact = true,
        methods = "POST",
        access = "publish:build.",
        maxBodyBytes = 256 * 1024)
public final class BuildHook extends Handler.Abstract {

    private static final String TOPIC = "build.finished";
    private static final Duration KNOWN_FOR = Duration.ofDays(1);

    /** Shared with the sender; a real hook reads it from a file. */
    private static final byte[] SECRET = "It's a secret to everybody".getBytes(StandardCharsets.UTF_8);

    private final EventBroker broker;
    private final AdapterState deliveries;

    @Activate
    public BuildHook(@Reference EventBroker broker, @Reference AdapterStates states) {
        this.broker = broker;
        deliveries = states.of("build-hook");
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        // Blocks no thread while the body arrives; it fails once it is larger than allowed, which is a 413.
        Content.Source.asByteBuffer(request, new Promise<>() {
            @Override
            public void succeeded(ByteBuffer body) {
                try {
                    answer(take(request, bytes(body)), request, response, callback);
                } catch (IOException | RuntimeException e) {
                    callback.failed(e); // 500; the reason is in the hub's log
                }
            }

            @Override
            public void failed(Throwable failure) {
                callback.failed(failure);
            }
        });
        return true;
    }

    private static void answer(Optional<Refusal> refusal, Request request, Response response, Callback callback) {
        if (refusal.isPresent()) {
            Response.writeError(
                    request, response, callback, refusal.get().reason().status(), refusal.get().detail());
        } else {
            response.setStatus(202);
            callback.succeeded();
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private Optional<Refusal> take(Request request, byte[] body) throws IOException {
        if (!isSigned(body, request.getHeaders().get("X-Hub-Signature-256"))) {
            return Optional.of(new Refusal(Reason.UNAUTHENTICATED, "the signature in X-Hub-Signature-256 is wrong"));
        }
        String delivery = request.getHeaders().get("X-Delivery");
        if (delivery == null || !delivery.matches("[A-Za-z0-9-]{1,100}")) {
            return Optional.of(new Refusal(Reason.BAD_REQUEST, "X-Delivery must name the delivery"));
        }
        Result<Long> stored = deliveries.putIfAbsent(delivery, new byte[0], KNOWN_FOR);
        if (stored.isRefused()) {
            return stored.refusal().filter(refusal -> refusal.reason() != Reason.PRECONDITION_FAILED);
        }
        Login login = (Login) request.getAttribute(Login.class.getName());
        try (Session session = broker.open(login, NoOpSink.INSTANCE)) {
            CountDownLatch completed = new CountDownLatch(1);
            Published published = session.publish(completed::countDown, TOPIC, body);
            if (published == Published.PENDING) { // it is being validated
                completed.await();
                published = session.completed();
                session.flush();
            }
            Optional<Refusal> refusal = session.refusal(published);
            if (refusal.isPresent()) {
                deliveries.delete(delivery); // it may be sent again
            }
            return refusal;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the event was validated");
        }
    }

    private static boolean isSigned(byte[] body, String signature) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(SECRET, "HmacSHA256"));
            String expected = "sha256=" + HexFormat.of().formatHex(mac.doFinal(body));
            return signature != null
                    && MessageDigest.isEqual(
                            expected.getBytes(StandardCharsets.US_ASCII), signature.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HMAC-SHA-256", e);
        }
    }
}
