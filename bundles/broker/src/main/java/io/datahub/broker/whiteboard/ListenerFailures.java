package io.datahub.broker.whiteboard;

import io.datahub.api.log.LogLimit;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what a listener throws, not more often than every ten seconds. Thread-safe. */
final class ListenerFailures {

    private static final Logger LOG = LoggerFactory.getLogger(ListenerFailures.class);

    private final LogLimit limit = new LogLimit(1, Duration.ofSeconds(10));

    void report(Object listener, Throwable failure) {
        LogLimit.Decision line = limit.next();
        if (line.mayWrite()) {
            LOG.error(
                    "event=broker.listener.failed listener={} suppressed={}",
                    listener.getClass().getName(),
                    line.suppressed(),
                    failure);
        }
    }
}
