package io.datahub.jetty;

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

/** A handler at its path, with a count of the requests that it is busy with. For any thread. */
final class HandlerRegistration {

    private static final Logger LOG = LoggerFactory.getLogger(HandlerRegistration.class);

    /** Longer paths first, then the higher ranking, then the older service. */
    static final Comparator<HandlerRegistration> ORDER = Comparator.comparingInt(
                    (HandlerRegistration mount) -> -mount.path.length())
            .thenComparing(mount -> mount.path)
            .thenComparingInt(mount -> -mount.ranking)
            .thenComparingLong(mount -> mount.serviceId);

    static final String PATH = "datahub.http.path";
    static final String RANKING = "service.ranking";

    private final String path;
    private final int ranking;
    private final long serviceId;
    private final boolean open;
    private final Handler handler; // null if it isn't there
    private final String component;
    private final long bundle;
    private int busy; // guarded by this
    private boolean retired; // guarded by this

    /**
     * Mounts a handler.
     *
     * @param path where, such as {@code /files}
     * @param open whether the handler wants requests without a login too
     */
    HandlerRegistration(String path, int ranking, long serviceId, boolean open, Handler handler) {
        this(path, ranking, serviceId, open, handler, "", -1);
    }

    private HandlerRegistration(
            String path, int ranking, long serviceId, boolean open, Handler handler, String component, long bundle) {
        this.component = component;
        this.bundle = bundle;
        this.path = path;
        this.ranking = ranking;
        this.serviceId = serviceId;
        this.open = open;
        this.handler = handler;
    }

    /** Mounts a handler as its service properties say. */
    static HandlerRegistration of(Handler handler, Map<String, Object> properties) {
        return new HandlerRegistration(
                (String) properties.get(PATH),
                properties.get(RANKING) instanceof Integer ranking ? ranking : 0,
                properties.get("service.id") instanceof Long id ? id : 0,
                Boolean.parseBoolean(String.valueOf(properties.get("datahub.http.open"))),
                handler,
                properties.get("component.name") instanceof String component ? component : "",
                properties.get("service.bundleid") instanceof Long bundle ? bundle : -1);
    }

    /** The place of a handler that a bundle promises and that isn't there. */
    static HandlerRegistration absent(DeclaredMount declared, long bundle) {
        return new HandlerRegistration(
                declared.path(), declared.ranking(), 0, true, null, declared.component(), bundle);
    }

    /** Whether this is what the bundle promises by that. */
    boolean is(DeclaredMount declared, long ofBundle) {
        return bundle == ofBundle && component.equals(declared.component());
    }

    /** Whether requests can be answered here: the handler has come, and isn't on its way out. */
    synchronized boolean isThere() {
        return handler != null && !retired;
    }

    String path() {
        return path;
    }

    boolean isOpen() {
        return open;
    }

    Handler handler() {
        return handler;
    }

    /** Has the handler answer, unless it doesn't want to or {@link #isThere isn't there}. */
    boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!enter()) {
            return false;
        }
        boolean handled = false;
        try {
            handled = handler.handle(request, response, new Callback.Nested(callback) {
                @Override
                public void completed() {
                    leave();
                }
            });
        } catch (Exception e) {
            leave();
            throw e;
        }
        if (!handled) {
            leave();
        }
        return handled;
    }

    private synchronized boolean enter() {
        if (retired || handler == null) {
            return false;
        }
        busy++;
        return true;
    }

    private synchronized void leave() {
        busy--;
        notifyAll();
    }

    /**
     * Takes no further requests and waits for those in flight.
     *
     * @return whether all were answered in time
     */
    boolean retire(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        retire();
        if (handler instanceof Graceful graceful) {
            var done = graceful.shutdown();
            LOG.debug("winding up path={} done={}", path, done.isDone());
        }
        synchronized (this) {
            for (long left = 1; busy > 0 && left > 0; ) {
                left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (left > 0) {
                    wait(left);
                }
            }
            return busy == 0;
        }
    }

    private synchronized void retire() {
        retired = true;
    }
}
