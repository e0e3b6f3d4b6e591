package io.datahub.cluster.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.LedgerRecords;
import io.datahub.api.cluster.NewVersion;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.UnknownFateException;
import io.datahub.api.path.RecordPath;
import io.datahub.test.cluster.MemoryLedger;
import io.datahub.test.cluster.MemoryLedger.Fault;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GroupCommitTest {

    private static final RecordPath PATH = RecordPath.of("d/a");

    private final MemoryLedger ledger = new MemoryLedger(InstantSource.system());

    private static Attempt put(String etag) {
        NewVersion version = new NewVersion(etag, 1, "00", "blob" + etag.length(), "bob", Optional.empty());
        return Attempt.of("bob", new Operation.Put(PATH, Expectation.ANY, version, List.of()));
    }

    /** The ledger, which is unreachable once it has lost a change. */
    private LedgerRecords awayAfterLoss() {
        return (LedgerRecords) Proxy.newProxyInstance(
                LedgerRecords.class.getClassLoader(),
                new Class<?>[] {LedgerRecords.class},
                (proxy, method, arguments) -> {
                    try {
                        return method.invoke(ledger.records(), arguments);
                    } catch (InvocationTargetException e) {
                        if (e.getCause() instanceof UnknownFateException) {
                            ledger.setFault(Fault.AWAY);
                        }
                        throw e.getCause();
                    }
                });
    }

    @Test
    void shouldNotMakeAChangeAfterItsAuthorWasToldThatItsFateIsUnknown() throws Exception {
        Attempt first = put("\"1\"");
        try (GroupCommit commits = new GroupCommit(awayAfterLoss(), number -> {})) {
            ledger.setFault(Fault.LOSE_NEXT_CHANGE);
            assertThatThrownBy(() -> commits.commit(first)).isInstanceOf(UnknownFateException.class);

            ledger.setFault(Fault.NONE);
            await().until(() -> commits.unknown() == 0);
        }
        assertThat(ledger.journal().head().newest()).isZero();
        assertThat(ledger.records().commit(List.of(first)).get(0)).isInstanceOf(Outcome.Refused.class);
        assertThat(ledger.records().commit(List.of(put("\"2\""))).get(0)).isInstanceOf(Outcome.Committed.class);
    }
}
