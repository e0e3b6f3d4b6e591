package io.datahub.nats;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** Those who wait until the other hubs know what is subscribed to here: until all have heard a greeting. Thread-safe. */
final class Confirmations {

    // guarded by this
    private final List<Waiting> waiting = new ArrayList<>();
    private long greetings;

    private record Waiting(long greeting, Set<String> missing, Runnable confirmed, long since) {}

    /** The number of the next greeting; to be called before what it says is read. */
    synchronized long nextGreeting() {
        return ++greetings;
    }

    /** Calls back when these hubs have heard the greeting after the last one. */
    synchronized void await(Collection<String> hubs, Runnable confirmed) {
        waiting.add(new Waiting(greetings + 1, new HashSet<>(hubs), confirmed, System.nanoTime()));
    }

    /** A hub has heard a greeting, and so knows all that the ones before it said. */
    void heard(String hub, long greeting) {
        List<Runnable> confirmed = new ArrayList<>();
        synchronized (this) {
            for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
                Waiting one = all.next();
                if (one.greeting() <= greeting
                        && one.missing().remove(hub)
                        && one.missing().isEmpty()) {
                    all.remove();
                    confirmed.add(one.confirmed());
                }
            }
        }
        confirmed.forEach(Runnable::run);
    }

    /** Calls back those who have waited for this long; all, if it is 0. */
    void expire(long nanos) {
        List<Runnable> expired = new ArrayList<>();
        synchronized (this) {
            waiting.removeIf(one -> System.nanoTime() - one.since() >= nanos && expired.add(one.confirmed()));
        }
        expired.forEach(Runnable::run);
    }
}
