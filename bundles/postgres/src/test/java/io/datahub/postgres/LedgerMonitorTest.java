package io.datahub.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.health.Health;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

final class LedgerMonitorTest {

    private static Health health(boolean allowSingle, boolean required, int standbys) {
        LedgerMonitor monitor =
                new LedgerMonitor("server", new Database(new PGSimpleDataSource()), allowSingle, new CommitCounts());
        monitor.reached(new Replication(required, OptionalInt.of(standbys)));
        return monitor.check();
    }

    @Test
    void shouldBeDegradedIfAcknowledgedChangesCouldBeLost() {
        Health health = health(false, false, 0);

        assertThat(health.ready()).isTrue();
        assertThat(health.degraded()).isTrue();
        assertThat(health.detail()).contains("synchronous_standby_names");
        assertThat(health(true, false, 0).degraded()).isFalse();
        assertThat(health(false, true, 1).degraded()).isFalse();
        assertThat(health(false, true, 0).ready()).isFalse();
    }

    @Test
    void shouldNameTheRemedyOfAFailure() {
        LedgerMonitor monitor =
                new LedgerMonitor("server", new Database(new PGSimpleDataSource()), false, new CommitCounts());
        monitor.failed("connection refused");
        assertThat(monitor.check().ready()).isFalse();
        assertThat(monitor.check().detail())
                .contains("connection refused; check the servers, the network, and the keys ledger and secrets");
        monitor.unfit("it has no standby; set allowSingle");
        assertThat(monitor.check().detail()).endsWith("it has no standby; set allowSingle");
    }

    @Test
    void shouldSayWhyTheLedgerCannotBeUsed() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setServerNames(new String[] {"ledger.invalid"});
        Database database = new Database(source);
        LedgerMonitor monitor = new LedgerMonitor("ledger.invalid", database, true, new CommitCounts());
        new LedgerOpener(
                        source, database, "ledger.invalid", true, new CommitCounts(), monitor, new LedgerServices(null))
                .run();

        assertThat(monitor.check().ready()).isFalse();
        assertThat(monitor.check().detail())
                .startsWith("the ledger at ledger.invalid can't be used: the name ledger.invalid can't be resolved");
    }
}
