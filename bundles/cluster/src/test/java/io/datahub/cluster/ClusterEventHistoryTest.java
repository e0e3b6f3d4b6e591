package io.datahub.cluster;

import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.history.EventHistory;
import io.datahub.api.record.Cursor;
import io.datahub.records.history.FileEventHistory;
import io.datahub.test.cluster.MemoryLedger;
import io.datahub.test.contract.EventHistoryContract;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The history of file events over the journal of a cluster. */
class ClusterEventHistoryTest extends EventHistoryContract {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestCluster cluster = TestCluster.in(() -> folder);

    private FileEventHistory history;

    @BeforeEach
    void start() {
        history = new FileEventHistory(cluster.journal());
    }

    @Override
    protected EventHistory history() {
        return history;
    }

    @Override
    protected void create(String path) throws Exception {
        history.changed(TestCluster.put(cluster.hub, path, "x").get());
    }

    @Override
    protected void trim(Cursor upTo) throws Exception {
        for (long bytes = 100_000; cluster.ledger.journal().head().oldest() < upTo.sequence(); bytes -= 10) {
            cluster.ledger.journal().trim(Duration.ofDays(1), bytes);
        }
    }

    @Override
    protected void rebuild() throws Exception {
        cluster.ledger = new MemoryLedger(InstantSource.system());
        cluster.view = ledger -> (SharedLedger) Proxy.newProxyInstance(
                SharedLedger.class.getClassLoader(),
                new Class<?>[] {SharedLedger.class},
                (proxy, method, arguments) ->
                        method.getName().equals("epoch") ? "restored" : method.invoke(ledger, arguments));
        cluster.restart();
        start();
    }
}
