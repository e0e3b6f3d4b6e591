package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.LedgerJournal;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.LedgerTransfer;
import io.datahub.api.cluster.NewVersion;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.validation.ValidatorId;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each {@link LedgerTransfer} does. */
public abstract class LedgerTransferContract {

    private static final Instant MODIFIED = Instant.parse("2020-01-02T03:04:05.123456789Z");

    private LedgerTransfer transfer;

    /** Creates an empty ledger. It is called before each test. */
    protected abstract LedgerTransfer create() throws Exception;

    /** The ledger, as it is after what was done last. */
    protected abstract SharedLedger open() throws Exception;

    @BeforeEach
    void createTransfer() throws Exception {
        transfer = create();
    }

    private static LedgerRecord record(String path, String etag) {
        return new LedgerRecord(
                RecordPath.of(path),
                etag,
                7,
                SharedLedgerContract.SHA256,
                "blob-" + path.replace('/', '-'),
                "ann",
                MODIFIED,
                Optional.of(Instant.EPOCH),
                0);
    }

    private static LedgerEntry entry(long number, String path) {
        return new LedgerEntry(
                number,
                Instant.parse("2020-01-02T03:04:06Z").plusMillis(number),
                Change.Type.CREATED,
                record(path, "\"" + number + "-x\"").version(),
                "ann",
                List.of(new ValidatorId("json", "1")),
                List.of());
    }

    private Outcome put(String path) throws Exception {
        NewVersion version =
                new NewVersion("\"new\"", 1, SharedLedgerContract.SHA256, "blob-new", "bob", Optional.empty());
        return open().records()
                .commit(List.of(
                        Attempt.of("bob", new Operation.Put(RecordPath.of(path), Expectation.ANY, version, List.of()))))
                .get(0);
    }

    @Test
    void shouldKeepTagsEpochAndNumbers() throws Exception {
        LedgerDirectory empty = new LedgerDirectory(RecordPath.of("x/empty"), Instant.ofEpochMilli(99), true);
        transfer.begin("home").get();
        transfer.addEntries(List.of(entry(41, "a"), entry(42, "d/b")));
        transfer.addRecords(List.of(record("a", "\"41-x\""), record("d/b", "\"42-x\"")));
        transfer.addDirectories(List.of(empty));
        LedgerTransfer.Progress progress = transfer.finish(40, 42, false).get();
        assertThat(transfer.finish(40, 42, false).get()).isEqualTo(progress); // if the first answer was lost

        assertThat(progress).isEqualTo(new LedgerTransfer.Progress(Optional.empty(), 2, 3, 2));
        SharedLedger ledger = open();
        assertThat(ledger.epoch()).isEqualTo("home");
        assertThat(ledger.journal().head()).isEqualTo(new LedgerJournal.Head(40, 42));
        assertThat(ledger.journal().read(40, Long.MAX_VALUE, "", 10).entries())
                .containsExactly(entry(41, "a"), entry(42, "d/b"));
        assertThat(ledger.records().recordsBelow(RecordPath.ROOT, RecordPath.ROOT, 10))
                .containsExactlyInAnyOrder(record("a", "\"41-x\""), record("d/b", "\"42-x\""));
        assertThat(ledger.records().directoriesBelow(RecordPath.ROOT, RecordPath.ROOT, 10))
                .contains(empty)
                .hasSize(3);
        assertThat(((Outcome.Committed) put("d/c")).first()).isEqualTo(43);
    }

    @Test
    void shouldCountKeptEventsOfTheHomeAsDeleted() throws Exception {
        transfer.begin("home").get();
        transfer.addEntries(List.of(entry(1, "a")));
        LedgerTransfer.Progress progress = transfer.finish(0, 1, true).get();
        assertThat(transfer.finish(0, 1, true).get()).isEqualTo(progress); // if the first answer was lost

        SharedLedger ledger = open();
        assertThat(ledger.events().rules()).isEqualTo(Map.of("", new LedgerEvents.Kept(2, 0, 0)));
        assertThat(ledger.journal().head()).isEqualTo(new LedgerJournal.Head(0, 2));
        assertThat(((Outcome.Committed) put("b")).first()).isEqualTo(3);
    }

    @Test
    void shouldGoOnAfterAnInterruption() throws Exception {
        transfer.begin("home").get();
        transfer.addRecords(List.of(record("a", "\"1-x\"")));
        transfer.addEntries(List.of(entry(1, "a")));

        assertThat(transfer.begin("home").get()).isEqualTo(new LedgerTransfer.Progress(Optional.of("home"), 1, 0, 1));
        transfer.addRecords(List.of(record("a", "\"2-x\"")));
        transfer.addEntries(List.of(entry(1, "a")));
        assertThat(reason(transfer.finish(0, 2, false).refusal())).isEqualTo(Reason.CONFLICT);
        assertThat(transfer.progress().epoch()).contains("home");
        transfer.addEntries(List.of(entry(2, "a")));
        transfer.finish(0, 2, false).get();
        assertThat(open().records().recordsBelow(RecordPath.ROOT, RecordPath.ROOT, 10))
                .containsExactly(record("a", "\"2-x\""));
    }

    private static Reason reason(Optional<Refusal> refusal) {
        return refusal.map(Refusal::reason).orElseThrow();
    }

    @Test
    void shouldRefuseALedgerInUse() throws Exception {
        put("a");
        assertThat(reason(transfer.begin("home").refusal())).isEqualTo(Reason.CONFLICT);
        assertThat(transfer.progress()).isEqualTo(new LedgerTransfer.Progress(Optional.empty(), 1, 0, 1));
        assertThatThrownBy(() -> transfer.addRecords(List.of(record("b", "\"1-x\""))))
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldReplaceTheUsersFileOfAnEmptyLedger() throws Exception {
        put("broker_users.xml");
        transfer.begin("home").get();

        assertThat(transfer.progress()).isEqualTo(new LedgerTransfer.Progress(Optional.of("home"), 0, 0, 0));
        assertThat(reason(transfer.begin("other").refusal())).isEqualTo(Reason.CONFLICT);
        assertThatThrownBy(() -> put("a")).isInstanceOf(IOException.class);
        transfer.finish(0, 0, false).get();
        assertThat(((Outcome.Committed) put("a")).first()).isEqualTo(1);
    }
}
