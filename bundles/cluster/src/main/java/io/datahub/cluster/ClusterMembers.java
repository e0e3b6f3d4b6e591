package io.datahub.cluster;

import io.datahub.api.cluster.ClusterStatus.Member;
import io.datahub.api.cluster.LedgerHubs;
import io.datahub.api.cluster.LedgerHubs.Seen;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The hubs of the cluster, read from the ledger each second on a thread of its own. Thread-safe; only reading blocks. */
final class ClusterMembers implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterMembers.class);
    private static final long PERIOD_SECONDS = 1;

    private final LedgerHubs hubs;
    private final ScheduledExecutorService executor =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "datahub-cluster-members"));
    private volatile Look latest = new Look(List.of(), List.of(), System.nanoTime());

    /**
     * What the ledger had.
     *
     * @param duplicates names that several running hubs have
     * @param nanos when it was read
     */
    private record Look(List<Member> members, List<String> duplicates, long nanos) {}

    @SuppressWarnings("FutureReturnValueIgnored") // the task catches its exceptions
    ClusterMembers(LedgerHubs hubs) {
        this.hubs = hubs;
        executor.scheduleWithFixedDelay(this::readSafely, 0, PERIOD_SECONDS, TimeUnit.SECONDS);
    }

    private void readSafely() {
        try {
            read();
        } catch (IOException | RuntimeException e) {
            LOG.debug("event=cluster.members.unreadable", e); // the component ledger says it
        }
    }

    /** Reads them now. */
    void read() throws IOException {
        long now = System.nanoTime();
        Map<String, List<Member>> byName = hubs.list().stream()
                .map(ClusterMembers::member)
                .collect(Collectors.groupingBy(Member::name, TreeMap::new, Collectors.toList()));
        List<Member> members = new ArrayList<>();
        List<String> duplicates = new ArrayList<>();
        byName.forEach((name, runs) -> {
            runs.sort((a, b) -> a.silence().compareTo(b.silence()));
            members.add(runs.get(0)); // the others are former runs
            if (runs.size() > 1 && runs.get(1).isAlive()) {
                duplicates.add(name);
            }
        });
        latest = new Look(List.copyOf(members), List.copyOf(duplicates), now);
    }

    private static Member member(Seen seen) {
        return new Member(
                seen.hub().name(), seen.hub().address(), seen.hub().tail(), Duration.ofMillis(seen.millisAgo()));
    }

    /** The latest run of each hub, by name. */
    List<Member> all() {
        Look look = latest;
        Duration since = Duration.ofNanos(System.nanoTime() - look.nanos());
        return look.members().stream()
                .map(member -> new Member(
                        member.name(),
                        member.address(),
                        member.sequence(),
                        member.silence().plus(since)))
                .toList();
    }

    /** The names that several running hubs have. */
    List<String> duplicates() {
        return latest.duplicates();
    }

    /** Stops reading. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
