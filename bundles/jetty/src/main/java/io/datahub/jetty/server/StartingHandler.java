package io.datahub.jetty.server;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * Holds requests for handlers that aren't there yet while the hub starts, since some clients take a refusal for final.
 * They are passed on as soon as their handler is there, or when the time is over. No thread waits for that.
 */
final class StartingHandler extends Handler.Wrapper {

    /** So many requests are held at most; further ones are passed on at once. */
    private static final int MAX_HELD = 1_000;

    private final Predicate<String> isStarting;
    private final Deque<Held> held = new ArrayDeque<>(); // guarded by itself
    private volatile boolean isHolding;

    /** A request that waits. */
    private record Held(String path, Request request, Response response, Callback callback) {}

    /**
     * Holds nothing yet.
     *
     * @param isStarting whether the handler of a path is about to be registered for the first time
     */
    StartingHandler(Handler handler, Predicate<String> isStarting) {
        super(handler);
        this.isStarting = isStarting;
    }

    /** Holds requests for this time from now on. The server is started. */
    void hold(Duration max) {
        isHolding = true;
        getServer()
                .getScheduler()
                .schedule(() -> getServer().getThreadPool().execute(this::end), max.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void end() {
        isHolding = false;
        passOn();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        String path = request.getHttpURI().getPath();
        if (isHolding && path != null && isStarting.test(path)) {
            synchronized (held) {
                if (held.size() < MAX_HELD) {
                    held.addLast(new Held(path, request, response, callback));
                    getServer().getThreadPool().execute(this::passOn); // it may have been registered meanwhile
                    return true;
                }
            }
        }
        return super.handle(request, response, callback);
    }

    /** Passes on what needs to wait no longer; called when a handler is registered. */
    void passOn() {
        List<Held> ready = new ArrayList<>();
        synchronized (held) {
            held.removeIf(each -> (!isHolding || !isStarting.test(each.path())) && ready.add(each));
        }
        ready.forEach(each -> getServer().getThreadPool().execute(() -> passOn(each)));
    }

    private void passOn(Held ready) {
        try {
            if (!super.handle(ready.request(), ready.response(), ready.callback())) {
                Response.writeError(ready.request(), ready.response(), ready.callback(), HttpStatus.NOT_FOUND_404);
            }
        } catch (Exception e) {
            Response.writeError(ready.request(), ready.response(), ready.callback(), e);
        }
    }
}
