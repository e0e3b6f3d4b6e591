package io.datahub.jetty.handlers;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.ContainerLifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registered handlers by path. Handlers are added and removed while requests are served; readers see a consistent
 * snapshot. A handler that is declared but not yet available, or is finishing its last requests, is listed as well, so
 * that its path isn't answered with 404.
 */
public final class HandlerRegistry extends ContainerLifeCycle {

    private static final Logger LOG = LoggerFactory.getLogger(HandlerRegistry.class);

    private final Server server;
    private final Map<Long, List<DeclaredHandler>> declared = new HashMap<>(); // guarded by this
    private final List<HandlerRegistration> registered = new ArrayList<>(); // guarded by this
    private volatile List<HandlerRegistration> snapshot = List.of();

    public HandlerRegistry(Server server) {
        this.server = server;
    }

    /** The handlers registered at the path or above it, in the order in which to try them. */
    public List<HandlerRegistration> lookup(String path) {
        List<HandlerRegistration> all = snapshot;
        List<HandlerRegistration> matches = Collections.emptyList();
        for (HandlerRegistration registration : all) {
            if (RawPath.isWithin(path, registration.path())) {
                if (matches.isEmpty()) {
                    matches = new ArrayList<>(2);
                }
                matches.add(registration);
            }
        }
        return matches;
    }

    /** Registers a handler; it is started as soon as the server is. */
    public synchronized void add(HandlerRegistration registration) {
        Handler handler = registration.handler();
        handler.setServer(server);
        addBean(handler, true);
        try {
            if (isRunning()) {
                start(handler);
            }
        } catch (Exception e) {
            removeBean(handler);
            throw new IllegalStateException(
                    "the handler of " + registration.path() + " failed to start: " + e.getMessage(), e);
        }
        registered.add(registration);
        publish();
        LOG.info(
                "event=http.handler.registered path={} handler={}",
                registration.path(),
                handler.getClass().getName());
    }

    /** Replaces the handlers that a bundle declares. */
    public synchronized void declare(long bundle, List<DeclaredHandler> mounts) {
        if (mounts.isEmpty() ? declared.remove(bundle) != null : !mounts.equals(declared.put(bundle, mounts))) {
            publish();
        }
    }

    /** Unregisters a handler after its requests in flight, or after the given time. */
    public void remove(Handler handler, long drainMillis) {
        HandlerRegistration registration = find(handler);
        if (registration == null) {
            return;
        }
        try {
            if (!registration.retire(drainMillis)) {
                LOG.warn(
                        "event=http.handler.aborted path={} reason=\"requests in flight did not complete in time\"",
                        registration.path());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        unregister(registration);
        try {
            handler.stop();
        } catch (Exception e) {
            LOG.warn(
                    "event=http.handler.stop-failed handler={}",
                    handler.getClass().getName(),
                    e);
        }
        removeBean(handler);
        LOG.info(
                "event=http.handler.unregistered path={} handler={}",
                registration.path(),
                handler.getClass().getName());
    }

    private synchronized HandlerRegistration find(Handler handler) {
        return registered.stream()
                .filter(each -> each.handler() == handler)
                .findFirst()
                .orElse(null);
    }

    private synchronized void unregister(HandlerRegistration registration) {
        registered.remove(registration);
        publish();
    }

    /** Publishes a new snapshot of the registered handlers and of those declared but missing. */
    private synchronized void publish() {
        List<HandlerRegistration> all = new ArrayList<>(registered);
        declared.forEach((bundle, mounts) -> mounts.stream()
                .filter(each -> registered.stream().noneMatch(registration -> registration.matches(each, bundle)))
                .map(each -> HandlerRegistration.absent(each, bundle))
                .forEach(all::add));
        all.sort(HandlerRegistration.ORDER);
        snapshot = List.copyOf(all);
    }
}
