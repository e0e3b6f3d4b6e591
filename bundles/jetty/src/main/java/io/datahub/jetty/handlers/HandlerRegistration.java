package io.datahub.jetty.handlers;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.user.Login;
import io.datahub.jetty.web.RequestDrainer;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.Graceful;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A handler registered at a path, with a count of its requests in flight. Thread-safe. */
public final class HandlerRegistration {

    private static final Logger LOG = LoggerFactory.getLogger(HandlerRegistration.class);

    static final String RANKING = "service.ranking";

    /** Longer paths first, exact ones before trees, then those in use, higher ranking, and the older service. */
    static final Comparator<HandlerRegistration> ORDER = Comparator.comparingInt((HandlerRegistration registration) ->
                    -registration.mount.path().length())
            .thenComparing(registration -> registration.mount.path())
            .thenComparing(registration -> !registration.mount.exact())
            .thenComparing(HandlerRegistration::isRetired)
            .thenComparingInt(registration -> -registration.ranking)
            .thenComparingLong(registration -> registration.serviceId);

    private final Mount mount;
    private final int ranking;
    private final long serviceId;
    private final Handler handler; // null if it is only declared
    private final String component;
    private final long bundle;
    private int inFlight; // guarded by this
    private boolean retired; // guarded by this

    private HandlerRegistration(
            Mount mount, int ranking, long serviceId, Handler handler, String component, long bundle) {
        this.mount = mount;
        this.ranking = ranking;
        this.serviceId = serviceId;
        this.handler = handler;
        this.component = component;
        this.bundle = bundle;
    }

    /**
     * Registers a handler with its service properties, see {@link io.datahub.api.http.HttpMount}.
     *
     * @throws IllegalArgumentException if one is invalid; the message names it and what is allowed
     */
    public static HandlerRegistration of(Handler handler, Map<String, ?> properties) {
        return new HandlerRegistration(
                Mount.of(properties),
                properties.get(RANKING) instanceof Integer ranking ? ranking : 0,
                properties.get("service.id") instanceof Long id ? id : 0,
                handler,
                properties.get("component.name") instanceof String component ? component : "",
                properties.get("service.bundleid") instanceof Long bundle ? bundle : -1);
    }

    /**
     * A placeholder for a handler that a bundle declares and that isn't available. Of the handlers with one path and
     * ranking it is the last, so that it takes no requests from one that is running.
     */
    static HandlerRegistration absent(DeclaredHandler declared, long bundle) {
        return new HandlerRegistration(
                Mount.declared(declared.path(), declared.exact(), declared.shared()),
                declared.ranking(),
                Long.MAX_VALUE,
                null,
                declared.component(),
                bundle);
    }

    /** Whether this is the handler that the bundle declares. */
    public boolean matches(DeclaredHandler declared, long declaringBundle) {
        return bundle == declaringBundle && component.equals(declared.component());
    }

    /** Whether this stands for the handler that the bundle declares. */
    boolean isPlaceholderOf(DeclaredHandler declared, long declaringBundle) {
        return handler == null && matches(declared, declaringBundle);
    }

    /** Whether requests can be dispatched: the handler is registered and not being removed. */
    public synchronized boolean isAvailable() {
        return handler != null && !retired;
    }

    synchronized boolean isRetired() {
        return retired;
    }

    public String path() {
        return mount.path();
    }

    Mount mount() {
        return mount;
    }

    /** Whether the handlers after it with the same path get the requests that it declines or can't be sent. */
    public boolean isShared() {
        return mount.shared();
    }

    public Handler handler() {
        return handler;
    }

    /** Whether the handler may block the thread that calls it. */
    public boolean mayBlock() {
        return handler != null && handler.getInvocationType() == InvocationType.BLOCKING;
    }

    /** The component, or else the class, of the handler, for messages. */
    String name() {
        return handler == null || !component.isEmpty()
                ? component
                : handler.getClass().getName();
    }

    /**
     * Why a client may not send requests to the handler.
     *
     * @param login the client's login, or why it has none
     * @return the refusal; empty if it may
     */
    public Optional<Refusal> refusal(Result<Login> login) {
        return login.isRefused()
                ? login.refusal().filter(refusal -> !mount.access().isOpen())
                : mount.access().refusal(login.get().user());
    }

    /** Whether the handler evaluates credentials on its own. */
    public boolean authenticates() {
        return mount.access().isLeftToHandler();
    }

    /** Dispatches a request to the handler; false if it declines or {@link #isAvailable isn't available}. */
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!acquire()) {
            return false;
        }
        Callback releasing = new Callback.Nested(callback) {
            @Override
            public void completed() {
                release();
            }
        };
        boolean handled = false;
        try {
            handled = refuse(request, response, releasing) || handler.handle(limited(request), response, releasing);
        } catch (Exception e) {
            release();
            throw e;
        }
        if (!handled) {
            release();
        }
        return handled;
    }

    /** Refuses a request that is not for this handler; false if it is. */
    private boolean refuse(Request request, Response response, Callback callback) {
        boolean isSupported = mount.supports(request.getMethod());
        if (isSupported && (mount.maxBodyBytes() < 0 || request.getLength() <= mount.maxBodyBytes())) {
            return false;
        }
        if (isSupported) {
            RequestDrainer.refuse(request, response, callback, LimitedBody.tooLarge(mount.maxBodyBytes()));
            return true;
        }
        String allowed = String.join(", ", mount.methods()) + ", OPTIONS";
        response.getHeaders().put(HttpHeader.ALLOW, allowed);
        if (HttpMethod.OPTIONS.is(request.getMethod())) {
            response.setStatus(HttpStatus.NO_CONTENT_204);
            response.write(true, null, callback);
        } else {
            RequestDrainer.refuse(
                    request,
                    response,
                    callback,
                    new Refusal(Reason.METHOD_NOT_ALLOWED, "the allowed methods are " + allowed));
        }
        return true;
    }

    private Request limited(Request request) {
        return mount.maxBodyBytes() < 0 ? request : new LimitedBody(request, mount.maxBodyBytes());
    }

    private synchronized boolean acquire() {
        if (retired || handler == null) {
            return false;
        }
        inFlight++;
        return true;
    }

    private synchronized void release() {
        inFlight--;
        notifyAll();
    }

    /** Rejects new requests. */
    synchronized void retire() {
        retired = true;
    }

    /**
     * Waits for the requests in flight, once it is retired.
     *
     * @return whether all of them completed in time
     */
    boolean awaitIdle(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (handler instanceof Graceful graceful) {
            var done = graceful.shutdown();
            LOG.debug("event=http.handler.draining path={} done={}", path(), done.isDone());
        }
        synchronized (this) {
            for (long remaining = 1; inFlight > 0 && remaining > 0; ) {
                remaining = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (remaining > 0) {
                    wait(remaining);
                }
            }
            return inFlight == 0;
        }
    }
}
