package io.datahub.test.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.cluster.UnknownFateException;
import io.datahub.api.path.RecordPath;
import io.datahub.test.contract.SharedLedgerContract;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryLedgerTest extends SharedLedgerContract {

    private final MemoryLedger memory = new MemoryLedger(InstantSource.system());

    @Override
    protected SharedLedger create() {
        return memory;
    }

    private static final List<Attempt> MAKE =
            List.of(Attempt.of("bob", new Operation.MakeDirectory(RecordPath.of("d"), true)));

    @Test
    void shouldFailWhileItIsAway() throws IOException {
        memory.setFault(MemoryLedger.Fault.AWAY);
        assertThatThrownBy(() -> memory.records().commit(MAKE))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(UnknownFateException.class);
        assertThatThrownBy(() -> memory.journal().head()).isInstanceOf(IOException.class);

        memory.setFault(MemoryLedger.Fault.NONE);
        assertThat(memory.records().commit(MAKE).get(0)).isInstanceOf(Outcome.Committed.class);
    }

    @Test
    void shouldLoseAnswersAndChanges() throws IOException {
        memory.setFault(MemoryLedger.Fault.LOSE_NEXT_CHANGE);
        assertThatThrownBy(() -> memory.records().commit(MAKE)).isInstanceOf(UnknownFateException.class);
        assertThat(isMade()).isFalse();
        memory.setFault(MemoryLedger.Fault.LOSE_NEXT_ANSWER);
        assertThatThrownBy(() -> memory.records().commit(MAKE)).isInstanceOf(UnknownFateException.class);
        assertThat(isMade()).isTrue();

        assertThat(memory.records().commit(MAKE).get(0)).isInstanceOf(Outcome.Committed.class);
    }

    private boolean isMade() throws IOException {
        return !memory.records().list(RecordPath.ROOT, "", 1).entries().isEmpty();
    }
}
