package io.datahub.jetty;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.ContainerLifeCycle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is mounted where. Handlers come and go while requests are answered; whoever reads sees one whole state. */
final class Mounts extends ContainerLifeCycle {

    private static final Logger LOG = LoggerFactory.getLogger(Mounts.class);

    private final Server server;
    private volatile List<Mount> mounts = List.of();

    Mounts(Server server) {
        this.server = server;
    }

    /** What is mounted at the path or above it, in the order in which to ask. */
    List<Mount> at(String path) {
        List<Mount> all = mounts;
        List<Mount> found = Collections.emptyList();
        for (Mount mount : all) {
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
    synchronized void add(Mount mount) {
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
        List<Mount> all = new ArrayList<>(mounts);
        all.add(mount);
        all.sort(Mount.ORDER);
        mounts = List.copyOf(all);
        LOG.info("mounted path={} handler={}", mount.path(), handler.getClass().getName());
    }

    /** Takes a handler away, after the requests that it is busy with or the given time. */
    void remove(Handler handler, long drainMillis) {
        Mount mount = take(handler);
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
        try {
            handler.stop();
        } catch (Exception e) {
            LOG.warn("stopping handler={} failed", handler.getClass().getName(), e);
        }
        removeBean(handler);
        LOG.info(
                "unmounted path={} handler={}", mount.path(), handler.getClass().getName());
    }

    private synchronized Mount take(Handler handler) {
        List<Mount> all = new ArrayList<>(mounts);
        Mount mount = all.stream()
                .filter(each -> each.handler() == handler)
                .findFirst()
                .orElse(null);
        all.remove(mount);
        mounts = List.copyOf(all);
        return mount;
    }
}
