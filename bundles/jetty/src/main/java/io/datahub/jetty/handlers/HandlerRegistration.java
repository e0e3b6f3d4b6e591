package io.datahub.jetty.handlers;

import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.Graceful;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A handler registered at a path, with a count of its requests in flight. Thread-safe. */
public final class HandlerRegistration {

    private static final Logger LOG = LoggerFactory.getLogger(HandlerRegistration.class);

    /** Longer paths first, then higher ranking, then older service. */
    public static final Comparator<HandlerRegistration> ORDER = Comparator.comparingInt(
                    (HandlerRegistration registration) -> -registration.path.length())
            .thenComparing(registration -> registration.path)
            .thenComparingInt(registration -> -registration.ranking)
            .thenComparingLong(registration -> registration.serviceId);

    public static final String PATH = "datahub.http.path";
    public static final String RANKING = "service.ranking";

    private final String path;
    private final int ranking;
    private final long serviceId;
    private final boolean acceptsAnonymous;
    private final Handler handler; // null if it is only declared
    private final String component;
    private final long bundle;
    private int inFlight; // guarded by this
    private boolean retired; // guarded by this

    /**
     * Registers a handler.
     *
     * @param path the path, such as {@code /files}
     * @param acceptsAnonymous whether the handler also accepts requests without a login
     */
    public HandlerRegistration(String path, int ranking, long serviceId, boolean acceptsAnonymous, Handler handler) {
        this(path, ranking, serviceId, acceptsAnonymous, handler, "", -1);
    }

    private HandlerRegistration(
            String path,
            int ranking,
            long serviceId,
            boolean acceptsAnonymous,
            Handler handler,
            String component,
            long bundle) {
        this.component = component;
        this.bundle = bundle;
        this.path = path;
        this.ranking = ranking;
        this.serviceId = serviceId;
        this.acceptsAnonymous = acceptsAnonymous;
        this.handler = handler;
    }

    /** Registers a handler with the path and ranking of its service properties. */
    public static HandlerRegistration of(Handler handler, Map<String, Object> properties) {
        return new HandlerRegistration(
                (String) properties.get(PATH),
                properties.get(RANKING) instanceof Integer ranking ? ranking : 0,
                properties.get("service.id") instanceof Long id ? id : 0,
                Boolean.parseBoolean(String.valueOf(properties.get("datahub.http.open"))),
                handler,
                properties.get("component.name") instanceof String component ? component : "",
                properties.get("service.bundleid") instanceof Long bundle ? bundle : -1);
    }

    /** A placeholder for a handler that a bundle declares and that isn't available. */
    public static HandlerRegistration absent(DeclaredHandler declared, long bundle) {
        return new HandlerRegistration(
                declared.path(), declared.ranking(), 0, true, null, declared.component(), bundle);
    }

    /** Whether this is the handler that the bundle declares. */
    public boolean matches(DeclaredHandler declared, long declaringBundle) {
        return bundle == declaringBundle && component.equals(declared.component());
    }

    /** Whether requests can be dispatched: the handler is registered and not being removed. */
    public synchronized boolean isAvailable() {
        return handler != null && !retired;
    }

    public String path() {
        return path;
    }

    public boolean acceptsAnonymous() {
        return acceptsAnonymous;
    }

    public Handler handler() {
        return handler;
    }

    /** Dispatches a request to the handler; false if it declines or {@link #isAvailable isn't available}. */
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!acquire()) {
            return false;
        }
        boolean handled = false;
        try {
            handled = handler.handle(request, response, new Callback.Nested(callback) {
                @Override
                public void completed() {
                    release();
                }
            });
        } catch (Exception e) {
            release();
            throw e;
        }
        if (!handled) {
            release();
        }
        return handled;
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

    /**
     * Rejects new requests and waits for those in flight.
     *
     * @return whether all of them completed in time
     */
    public boolean retire(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        retire();
        if (handler instanceof Graceful graceful) {
            var done = graceful.shutdown();
            LOG.debug("event=http.handler.draining path={} done={}", path, done.isDone());
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

    private synchronized void retire() {
        retired = true;
    }
}
