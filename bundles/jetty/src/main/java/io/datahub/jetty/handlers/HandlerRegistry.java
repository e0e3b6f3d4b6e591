package io.datahub.jetty.handlers;

import io.datahub.api.log.LogText;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final Map<Handler, String> rejected = new LinkedHashMap<>(); // with the reason; guarded by this
    private final Set<DeclaredHandler> seen = new HashSet<>(); // those that were registered once; guarded by this
    private volatile List<HandlerRegistration> snapshot = List.of();

    /** Handlers that get no requests, with the one that does; guarded by this. */
    private Map<HandlerRegistration, HandlerRegistration> shadowed = Map.of();

    public HandlerRegistry(Server server) {
        this.server = server;
    }

    /** The handlers to which a request for the path may be dispatched, in the order in which to try them. */
    public List<HandlerRegistration> lookup(String path) {
        List<HandlerRegistration> all = snapshot;
        List<HandlerRegistration> matches = Collections.emptyList();
        for (HandlerRegistration registration : all) {
            if (registration.mount().matches(path)) {
                if (matches.isEmpty()) {
                    matches = new ArrayList<>(2);
                }
                matches.add(registration);
            }
        }
        return matches;
    }

    /** Whether the handler of a path is declared, and was never registered yet. */
    public boolean isStarting(String path) {
        return lookup(path).stream().findFirst().filter(this::isStarting).isPresent();
    }

    private synchronized boolean isStarting(HandlerRegistration registration) {
        return declared.entrySet().stream()
                .anyMatch(bundle -> bundle.getValue().stream()
                        .anyMatch(each -> registration.isPlaceholderOf(each, bundle.getKey()) && !seen.contains(each)));
    }

    /**
     * Registers a handler; it is started as soon as the server is. One with invalid properties gets no requests; health
     * and log report it.
     *
     * @param properties its service properties
     */
    public void add(Handler handler, Map<String, ?> properties) {
        try {
            add(HandlerRegistration.of(handler, properties));
        } catch (IllegalArgumentException e) {
            String reason = "the handler " + handler.getClass().getName() + " isn't used: " + e.getMessage();
            synchronized (this) {
                rejected.put(handler, reason);
            }
            LOG.error(
                    "event=http.handler.rejected handler={} reason={}",
                    handler.getClass().getName(),
                    LogText.quoted(e.getMessage()));
        }
    }

    private synchronized void add(HandlerRegistration registration) {
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
        declared.forEach((bundle, mounts) -> mounts.stream()
                .filter(each -> registration.matches(each, bundle))
                .forEach(seen::add));
        publish();
        LOG.info("event=http.handler.registered path={} handler={}", registration.path(), registration.name());
    }

    /** Replaces the handlers that a bundle declares. */
    public synchronized void declare(long bundle, List<DeclaredHandler> mounts) {
        if (mounts.isEmpty() ? declared.remove(bundle) != null : !mounts.equals(declared.put(bundle, mounts))) {
            publish();
        }
    }

    /** Unregisters a handler after its requests in flight, or after the given time. */
    public void remove(Handler handler, long drainMillis) {
        HandlerRegistration registration = retire(handler);
        if (registration == null) {
            return;
        }
        try {
            if (!registration.awaitIdle(drainMillis)) {
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
            LOG.warn("event=http.handler.stop-failed handler={}", registration.name(), e);
        }
        removeBean(handler);
        LOG.info("event=http.handler.unregistered path={} handler={}", registration.path(), registration.name());
    }

    private synchronized HandlerRegistration retire(Handler handler) {
        rejected.remove(handler);
        for (HandlerRegistration registration : registered) {
            if (registration.handler() == handler) {
                registration.retire();
                publish();
                return registration;
            }
        }
        return null;
    }

    private synchronized void unregister(HandlerRegistration registration) {
        registered.remove(registration);
        publish();
    }

    /** What an operator should know about the handlers: one that isn't used, and why. */
    public synchronized Optional<String> problem() {
        return rejected.values().stream()
                .findFirst()
                .or(() -> shadowed.entrySet().stream()
                        .map(each -> shadowedBy(each.getKey(), each.getValue()))
                        .findFirst());
    }

    private static String shadowedBy(HandlerRegistration hidden, HandlerRegistration first) {
        return "the handler " + hidden.name() + " of " + hidden.path() + " gets no requests: " + first.name()
                + " has the same path and a higher service ranking, or is older; uninstall one of them";
    }

    /**
     * Publishes a new snapshot of the registered handlers and of those declared but missing. Of the handlers with one
     * path those after the first that doesn't share it are left out.
     */
    private synchronized void publish() {
        List<HandlerRegistration> all = new ArrayList<>(registered);
        declared.forEach((bundle, mounts) -> mounts.stream()
                .filter(each -> registered.stream()
                        .noneMatch(registration -> registration.matches(each, bundle) && !registration.isRetired()))
                .map(each -> HandlerRegistration.absent(each, bundle))
                .forEach(all::add));
        all.sort(HandlerRegistration.ORDER);
        List<HandlerRegistration> dispatched = new ArrayList<>();
        Map<HandlerRegistration, HandlerRegistration> hidden = new LinkedHashMap<>();
        HandlerRegistration first = null;
        for (HandlerRegistration registration : all) {
            boolean isHidden = first != null && first.mount().isSamePath(registration.mount());
            if (!isHidden) {
                dispatched.add(registration);
                first = registration.isShared() || registration.isRetired() ? null : registration;
            } else if (registration.isAvailable()) {
                hidden.put(registration, first);
            }
        }
        hidden.forEach((registration, by) -> {
            if (!shadowed.containsKey(registration)) {
                LOG.warn(
                        "event=http.handler.shadowed path={} handler={} by={}",
                        registration.path(),
                        registration.name(),
                        by.name());
            }
        });
        shadowed = hidden;
        snapshot = List.copyOf(dispatched);
    }
}
