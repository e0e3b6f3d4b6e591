package io.datahub.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.ClusterImport.Progress;
import io.datahub.api.cluster.Expectation;
import io.datahub.api.cluster.HomeArchive;
import io.datahub.api.cluster.HomeArchives;
import io.datahub.api.cluster.HomeTarget;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerEvent;
import io.datahub.api.cluster.LedgerEvents;
import io.datahub.api.cluster.LedgerJournal;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.NewLedgerEvent;
import io.datahub.api.cluster.Operation;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.cluster.transfer.HomeExporter;
import io.datahub.cluster.transfer.HomeImporter;
import io.datahub.test.cluster.MemoryBlobs;
import io.datahub.test.cluster.MemoryLedger;
import io.datahub.test.cluster.MemoryLedgerTransfer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HomeTransferTest {

    private static final Instant TIME = Instant.parse("2026-11-29T10:00:00.123456789Z");
    private static final long OLDEST = 40;

    @TempDir
    private Path folder;

    private final MemoryLedger ledger = new MemoryLedger(InstantSource.system());
    private final MemoryBlobs blobs = new MemoryBlobs(InstantSource.system());
    private final Map<RecordPath, String> texts =
            new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    private final Map<RecordPath, String> onDisk =
            new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    private final LedgerDirectory made = new LedgerDirectory(RecordPath.of("empty"), TIME, true);

    private boolean hasKept;

    /** A home in memory: each record was created by one entry. */
    private final HomeArchive home = new HomeArchive() {
        @Override
        public String epoch() {
            return "home";
        }

        @Override
        public long oldest() {
            return OLDEST;
        }

        @Override
        public long newest() {
            return OLDEST + texts.size();
        }

        @Override
        public boolean hasKept() {
            return hasKept;
        }

        @Override
        public long count() {
            return texts.size();
        }

        @Override
        public List<Stored> records(RecordPath after, int limit) {
            return texts.keySet().stream()
                    .filter(path -> path.toString().compareTo(after.toString()) > 0)
                    .limit(limit)
                    .map(path -> new Stored(version(path), "ada"))
                    .toList();
        }

        @Override
        public InputStream open(RecordPath path, long from) throws IOException {
            byte[] bytes = onDisk.get(path).getBytes(StandardCharsets.UTF_8);
            return new ByteArrayInputStream(bytes, (int) from, bytes.length - (int) from);
        }

        @Override
        public List<LedgerDirectory> directories() {
            return List.of(made);
        }

        @Override
        public List<LedgerEntry> entries(long after, int limit) {
            List<LedgerEntry> entries = new ArrayList<>();
            long number = OLDEST;
            for (RecordPath path : texts.keySet()) {
                number++;
                if (number > after && entries.size() < limit) {
                    entries.add(new LedgerEntry(
                            number, TIME, Change.Type.CREATED, version(path), "ada", List.of(), List.of()));
                }
            }
            return entries;
        }

        @Override
        public void close() {}
    };

    private final Map<RecordPath, String> exported =
            new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    private final List<LedgerEntry> exportedEntries = new ArrayList<>();
    private String exportedEpoch;
    private long exportedFrom;
    private boolean isFinished;
    private RuntimeException failure;

    private final HomeArchives homes = new HomeArchives() {
        @Override
        public HomeArchive open(Path path) {
            return home;
        }

        @Override
        public HomeTarget create(Path path, String epoch, long oldest) {
            exportedEpoch = epoch;
            exportedFrom = oldest;
            exportedEntries.clear();
            return target;
        }
    };

    /** A home that is written to memory. */
    private final HomeTarget target = new HomeTarget() {
        @Override
        public void write(HomeArchive.Stored record, Content content) throws IOException {
            assertThat(record.version()).isEqualTo(version(record.version().path()));
            try (InputStream in = content.open()) {
                exported.put(record.version().path(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }

        @Override
        public void makeDirectory(RecordPath directory) {
            assertThat(directory).isEqualTo(made.path());
        }

        @Override
        public void addEntries(List<LedgerEntry> entries) {
            exportedEntries.addAll(entries);
        }

        @Override
        public void finish() {
            if (failure != null) {
                throw failure;
            }
            isFinished = true;
        }

        @Override
        public void close() {}
    };

    private RecordVersion version(RecordPath path) {
        String text = texts.get(path);
        return new RecordVersion(
                path, text.length(), TIME, Optional.of("\"" + text + "\""), Optional.of(Sha256.hex(text)));
    }

    private void put(int count) {
        for (int i = 0; i < count; i++) {
            RecordPath path = RecordPath.of("d/r" + i);
            texts.put(path, "text " + i);
            onDisk.put(path, "text " + i);
        }
    }

    private Result<Progress> run() throws IOException {
        return new HomeImporter(new MemoryLedgerTransfer(ledger), blobs, homes, () -> folder)
                .run(Path.of("/old"), progress -> {});
    }

    @Test
    void shouldTakeOverTheTokenOfTheFirstAdministrator() throws Exception {
        Path token = folder.resolve("admin.token");
        Path old = Files.createDirectory(folder.resolve("old"));
        HomeImporter importer = new HomeImporter(new MemoryLedgerTransfer(ledger), blobs, homes, () -> folder);
        put(1);
        Files.writeString(token, "of this hub");
        Files.writeString(old.resolve("admin.token"), "of the home");
        assertThat(importer.run(old, progress -> {}).isRefused()).isFalse();
        assertThat(token).hasContent("of the home");
        assertThat(Files.getPosixFilePermissions(token))
                .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    }

    @Test
    void shouldKeepNoTokenThatNoLongerCounts() throws Exception {
        put(1);
        Path token = Files.writeString(folder.resolve("admin.token"), "of this hub");
        assertThat(run().isRefused()).isFalse();
        assertThat(token).doesNotExist();
    }

    @Test
    void shouldKeepTagsEpochAndNumbers() throws Exception {
        put(1_234);

        assertThat(run().get()).isEqualTo(new Progress(1_234, 1_234, 1_234, 1_234));

        assertThat(ledger.epoch()).isEqualTo("home");
        assertThat(ledger.journal().head()).isEqualTo(new LedgerJournal.Head(OLDEST, OLDEST + 1_234));
        assertThat(ledger.journal().read(OLDEST, Long.MAX_VALUE, "", 5).entries())
                .isEqualTo(home.entries(OLDEST, 5));
        List<LedgerRecord> records = ledger.records().recordsBelow(RecordPath.ROOT, RecordPath.ROOT, 2_000);
        assertThat(records).hasSize(1_234);
        for (LedgerRecord record : records) {
            assertThat(record.version()).isEqualTo(version(record.path()));
            assertThat(record.user()).isEqualTo("ada");
            try (InputStream in = blobs.open(record.blob(), 0, record.size())) {
                assertThat(in.readAllBytes()).asString().isEqualTo(texts.get(record.path()));
            }
        }
        assertThat(ledger.records().directoriesBelow(RecordPath.ROOT, RecordPath.ROOT, 10))
                .contains(made);
        assertThat(run().refusal().map(refusal -> refusal.reason())).contains(Reason.CONFLICT);
    }

    @Test
    void shouldGoOnAfterAnInterruption() throws Exception {
        put(600);
        blobs.setAway(true);
        assertThatThrownBy(this::run).isInstanceOf(IOException.class);
        blobs.setAway(false);
        RecordPath changed = RecordPath.of("d/r99"); // in the second page
        onDisk.put(changed, "other");
        assertThatThrownBy(this::run)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("the import of /old failed: d/r99 was changed while its hub was stopped");
        int before = blobs.keys().size();
        onDisk.put(changed, texts.get(changed));

        assertThat(run().get().records()).isEqualTo(600);

        assertThat(before).isGreaterThanOrEqualTo(500);
        assertThat(blobs.keys()).hasSize(600);
        assertThat(ledger.records().recordsBelow(RecordPath.ROOT, RecordPath.ROOT, 2_000))
                .hasSize(600);
    }

    @Test
    void shouldExportTheTokenOfTheFirstAdministrator() throws Exception {
        put(1);
        run().get();
        Path single = Files.createDirectory(folder.resolve("single"));
        Files.writeString(folder.resolve("admin.token"), "of the cluster");
        new HomeExporter(ledger, blobs, homes, () -> folder)
                .run(single, progress -> {})
                .get();
        assertThat(single.resolve("admin.token")).hasContent("of the cluster");
    }

    @Test
    void shouldSayThatTheDiskOfAnExportIsFullAndGoOn() throws Exception {
        put(1);
        run().get();
        Path single = Files.createDirectory(folder.resolve("single"));
        Files.writeString(folder.resolve("admin.token"), "of the cluster");
        HomeExporter exporter = new HomeExporter(ledger, blobs, homes, () -> folder);
        failure = new IllegalStateException(
                "Writing to FileChannelImpl@1 failed", new IOException("No space left on device"));
        assertThatThrownBy(() -> exporter.run(single, progress -> {}))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "the export into " + single + " failed: no space left on device; free some space on its disk");
        failure =
                new UncheckedIOException(new IOException("Writing failed", new IOException("No space left on device")));
        assertThatThrownBy(() -> exporter.run(single, progress -> {})).hasMessageContaining("failed: no space left");
        failure = null;
        assertThat(exporter.run(single, progress -> {}).isRefused()).isFalse();
        assertThat(single.resolve("admin.token")).hasContent("of the cluster");
    }

    @Test
    void shouldExportWhatWasImported() throws Exception {
        put(700);
        run().get();
        HomeExporter exporter = new HomeExporter(ledger, blobs, homes, () -> folder);

        List<Progress> told = new ArrayList<>();
        assertThat(exporter.run(Path.of("/new"), told::add).get()).isEqualTo(new Progress(700, 700, 700, 700));

        assertThat(told)
                .contains(new Progress(0, 700, 500, 700), new Progress(500, 700, 700, 700))
                .allSatisfy(each ->
                        assertThat(List.of(each.ofRecords(), each.ofEntries())).containsOnly(700L));
        assertThat(exported).isEqualTo(texts);
        assertThat(exportedEpoch).isEqualTo("home");
        assertThat(exportedFrom).isEqualTo(OLDEST);
        assertThat(exportedEntries).isEqualTo(home.entries(OLDEST, 700));
        assertThat(isFinished).isTrue();
    }

    @Test
    void shouldTellWhoMissesKeptEventsOfTheHome() throws Exception {
        put(3);
        hasKept = true;
        run().get();

        assertThat(ledger.events().rules()).isEqualTo(Map.of("", new LedgerEvents.Kept(OLDEST + 4, 0, 0)));
    }

    /** With a rule, and without one, when only the newest event of a topic was kept: then only the gap tells. */
    @Test
    void shouldExportAJournalWithKeptEventsWithoutGapsInAnotherEpoch() throws Exception {
        put(3);
        run().get();
        for (Optional<String> rule : List.of(Optional.<String>empty(), Optional.of("kept."))) {
            NewLedgerEvent event = new NewLedgerEvent(
                    "kept.a",
                    "ada",
                    Instant.EPOCH,
                    rule,
                    NewLedgerEvent.Newest.REPLACED,
                    Optional.empty(),
                    LedgerEvent.Content.of(ByteBuffer.allocate(1)));
            ledger.events().append(UUID.randomUUID(), 1, List.of(event));
            exportedEpoch = "";

            HomeExporter exporter = new HomeExporter(ledger, blobs, homes, () -> folder);
            assertThat(exporter.run(Path.of("/new"), progress -> {}).get()).isEqualTo(new Progress(3, 3, 3, 3));

            assertThat(exportedEpoch).matches("[0-9a-z]{1,32}").isNotEqualTo("home");
            assertThat(exportedEntries).isEqualTo(home.entries(OLDEST, 3));
        }
    }

    @Test
    void shouldNotFinishAnExportDuringWhichSomethingWasWritten() throws Exception {
        put(3);
        run().get();
        HomeExporter exporter = new HomeExporter(ledger, blobs, homes, () -> folder);

        Result<Progress> result = exporter.run(Path.of("/new"), progress -> {
            try {
                ledger.records()
                        .commit(List.of(new Attempt(
                                UUID.randomUUID(),
                                "ada",
                                List.of(new Operation.Delete(RecordPath.of("d/r0"), Expectation.ANY)),
                                List.of())));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });

        assertThat(result.refusal().map(refusal -> refusal.reason())).contains(Reason.CONFLICT);
        assertThat(isFinished).isFalse();
    }

    private void trim() {
        try {
            ledger.journal().trim(Duration.ofDays(10_000), 4_000);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void shouldFinishAnExportDuringWhichTheJournalIsTrimmed() throws Exception {
        put(700);
        run().get();
        HomeExporter exporter = new HomeExporter(ledger, blobs, homes, () -> folder);

        Result<Progress> result = exporter.run(Path.of("/new"), progress -> {
            if (progress.records() > 0) {
                trim();
            }
        });

        assertThat(result.get().entries()).isEqualTo(700);
        assertThat(ledger.journal().head().oldest()).isGreaterThan(OLDEST);
        assertThat(exportedEntries).isEqualTo(home.entries(OLDEST, 700));
        assertThat(isFinished).isTrue();
    }

    @Test
    void shouldBeginAgainWhenTheJournalIsTrimmedFasterThanItIsRead() throws Exception {
        put(700);
        run().get();
        HomeExporter exporter = new HomeExporter(ledger, blobs, homes, () -> folder);

        Result<Progress> result = exporter.run(Path.of("/new"), progress -> trim());

        assertThat(exportedFrom).isEqualTo(ledger.journal().head().oldest()).isGreaterThan(OLDEST);
        assertThat(exportedEntries).isNotEmpty().isEqualTo(home.entries(exportedFrom, 700));
        assertThat(result.get()).isEqualTo(new Progress(700, 700, exportedEntries.size(), exportedEntries.size()));
        assertThat(exported).isEqualTo(texts);
        assertThat(isFinished).isTrue();
    }
}
