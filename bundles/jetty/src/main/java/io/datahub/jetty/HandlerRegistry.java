package io.datahub.jetty;

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
 * What is mounted where. Handlers come and go while requests are answered; whoever reads sees one whole state. One that
 * has yet to come, or finishes its last requests, is listed as well, so that nobody is told that nothing is there.
 */
final class HandlerRegistry extends ContainerLifeCycle {

    private static final Logger LOG = LoggerFactory.getLogger(HandlerRegistry.class);

    private final Server server;
    private final Map<Long, List<DeclaredMount>> declared = new HashMap<>(); // guarded by this
    private final List<HandlerRegistration> mounted = new ArrayList<>(); // guarded by this
    private volatile List<HandlerRegistration> mounts = List.of();

    HandlerRegistry(Server server) {
        this.server = server;
    }

    /** What is mounted at the path or above it, in the order in which to ask. */
    List<HandlerRegistration> at(String path) {
        List<HandlerRegistration> all = mounts;
        List<HandlerRegistration> found = Collections.emptyList();
        for (HandlerRegistration mount : all) {
            if (RawPath.isWithin(path, mount.path())) {
                if (found.isEmpty()) {
                    found = new ArrayList<>(2);
                }
                found.add(mount);
            }
        }
        return found;
    }

    /** Mounts a handler; it is started as soon as the server is. */
    synchronized void add(HandlerRegistration mount) {
        Handler handler = mount.handler();
        handler.setServer(server);
        addBean(handler, true);
        try {
            if (isRunning()) {
                start(handler);
            }
        } catch (Exception e) {
            removeBean(handler);
            throw new IllegalStateException("the handler for " + mount.path() + " doesn't start: " + e.getMessage(), e);
        }
        mounted.add(mount);
        publish();
        LOG.info("mounted path={} handler={}", mount.path(), handler.getClass().getName());
    }

    /** Says which handlers a bundle promises, instead of what was said of it before. */
    synchronized void declare(long bundle, List<DeclaredMount> promised) {
        if (promised.isEmpty() ? declared.remove(bundle) != null : !promised.equals(declared.put(bundle, promised))) {
            publish();
        }
    }

    /** Takes a handler away, after the requests that it is busy with or the given time. */
    void remove(Handler handler, long drainMillis) {
        HandlerRegistration mount = find(handler);
        if (mount == null) {
            return;
        }
        try {
            if (!mount.retire(drainMillis)) {
                LOG.warn("unmounted path={} while it was busy; its requests end without an answer", mount.path());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        forget(mount);
        try {
            handler.stop();
        } catch (Exception e) {
            LOG.warn("stopping handler={} failed", handler.getClass().getName(), e);
        }
        removeBean(handler);
        LOG.info(
                "unmounted path={} handler={}", mount.path(), handler.getClass().getName());
    }

    private synchronized HandlerRegistration find(Handler handler) {
        return mounted.stream()
                .filter(each -> each.handler() == handler)
                .findFirst()
                .orElse(null);
    }

    private synchronized void forget(HandlerRegistration mount) {
        mounted.remove(mount);
        publish();
    }

    /** Makes what is mounted, and what is promised and isn't, the state that requests see. */
    private synchronized void publish() {
        List<HandlerRegistration> all = new ArrayList<>(mounted);
        declared.forEach((bundle, promised) -> promised.stream()
                .filter(each -> mounted.stream().noneMatch(mount -> mount.is(each, bundle)))
                .map(each -> HandlerRegistration.absent(each, bundle))
                .forEach(all::add));
        all.sort(HandlerRegistration.ORDER);
        mounts = List.copyOf(all);
    }
}
