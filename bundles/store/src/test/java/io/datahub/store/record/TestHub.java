package io.datahub.store.record;

import io.datahub.api.Home;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.Upload;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.Validator;
import io.datahub.store.metadata.Journal;
import io.datahub.store.metadata.LedgerSettings;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.record.FailPoints.Step;
import io.datahub.store.validation.RegisteredValidator;
import io.datahub.store.validation.ValidationService;
import io.datahub.store.validation.ValidatorRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.osgi.framework.Version;

/** A store on a folder, with everything round it in memory; it can be killed at any step and started again. */
public final class TestHub implements AutoCloseable {

    public static final User ADMIN = new User("ada", Set.of("admin"), List.of());
    public static final Settings SETTINGS =
            new Settings(1 << 30, 1 << 20, Duration.ofMillis(100), 1 << 20, 1 << 16, Duration.ofDays(7), 5);
    public static final LedgerSettings LEDGER = new LedgerSettings("/datahub", Duration.ofDays(30), 1 << 30, 4);

    public final Path root;
    public final List<Change> announced = new CopyOnWriteArrayList<>();
    public Settings settings = SETTINGS;
    public TemporaryNames temporary = TemporaryNames.of(".*.XXXXXX, *.part");
    public LedgerSettings ledgerSettings = LEDGER;
    public ValidatorRegistry bench;
    public ValidationService judgement;
    public MetadataStore ledger;
    public Journal journal;
    public RecordFiles records;
    Step killAt;
    private int killAfter;
    Runnable atIntent = () -> {};
    Runnable atMove = () -> {};
    private final List<RegisteredValidator> seats = new ArrayList<>();

    public TestHub(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(root.resolve("files"));
        Files.createDirectories(root.resolve("state"));
        start();
    }

    public Home home() {
        return () -> root;
    }

    public void start() throws IOException {
        bench = new ValidatorRegistry();
        seats.forEach(bench::add);
        judgement = new ValidationService(bench, 16);
        ledger = new MetadataStore(root.resolve("state/store.mv"), () -> ledgerSettings, announced::add);
        journal = new Journal(ledger);
        records = new RecordFiles(home(), ledger, bench, judgement, () -> settings, () -> temporary, this::step);
    }

    /** The process is killed when it passes this step for the so many-th time. */
    void killAt(Step step, int times) {
        killAt = step;
        killAfter = times;
    }

    private void step(Step step) {
        if (step == Step.INTENDED) {
            atIntent.run();
        }
        if (step == Step.MOVED) {
            atMove.run();
        }
        if (step == killAt && --killAfter == 0) {
            throw new Killed();
        }
    }

    /** What a killed process does no more. */
    static final class Killed extends Error {}

    /** Leaves everything as a killed process would. */
    public void kill() {
        ledger.abandon();
        judgement.close();
        killAt = null;
    }

    public void restart() throws IOException {
        stop();
        start();
    }

    @Override
    public void close() {
        stop();
    }

    public void stop() {
        ledger.close();
        judgement.close();
    }

    public RegisteredValidator seat(String name, String version, String pattern, Validator validator) {
        return seat(name, version, pattern, 5_000, validator);
    }

    public RegisteredValidator seat(String name, String version, String pattern, long millis, Validator validator) {
        RegisteredValidator seat = new RegisteredValidator(
                name,
                Version.parseVersion(version),
                0,
                seats.size(),
                List.of(PathPattern.of(pattern)),
                Duration.ofMillis(millis),
                () -> validator);
        seats.add(seat);
        bench.add(seat);
        return seat;
    }

    public static User user(String name, Object... grants) {
        List<Grant> all = new ArrayList<>();
        for (int i = 0; i < grants.length; i += 2) {
            all.add(new Grant((Action) grants[i], (String) grants[i + 1], "user " + name));
        }
        return new User(name, Set.of(), all);
    }

    public static RecordPath path(String path) {
        return RecordPath.of(path);
    }

    public static WriteRequest request(User user, String path, Precondition precondition) {
        return new WriteRequest(user, "test", path(path), precondition, OptionalLong.empty(), Map.of());
    }

    public Result<Change> put(String path, String text) throws IOException {
        return put(new WriteRequest(ADMIN, "test", path(path)), text);
    }

    public Result<Change> put(WriteRequest request, String text) throws IOException {
        Result<Upload> begun = records.begin(request);
        if (begun.isRefused()) {
            return Result.refused(begun.refusal().orElseThrow());
        }
        Upload upload = begun.get();
        Result<Change> result;
        Refusal refusal = upload.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))
                .orElse(null);
        result = refusal != null ? Result.refused(refusal) : upload.commit();
        upload.close();
        return result;
    }

    public Result<List<Change>> delete(String path) throws IOException {
        return records.delete(new WriteRequest(ADMIN, "test", path(path)));
    }

    public String read(String path) throws IOException {
        try (Reading reading = records.open(ADMIN, path(path)).get()) {
            return text(reading);
        }
    }

    public static String text(Reading reading) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate((int) reading.channel().size());
        reading.channel().read(bytes, 0);
        return new String(bytes.array(), StandardCharsets.UTF_8);
    }

    public RecordVersion find(String path) throws IOException {
        return records.find(ADMIN, path(path)).get();
    }

    public Path file(String path) {
        return root.resolve("files").resolve(path);
    }

    /** Writes as somebody would who knows nothing of the hub. */
    public Path write(String path, String text) throws IOException {
        Files.createDirectories(file(path).getParent());
        return Files.writeString(file(path), text);
    }

    /** Checks everything and has no patience; says what didn't settle. */
    public List<String> check(String path) throws IOException {
        return check(path, Duration.ZERO);
    }

    public List<String> check(String path, Duration quiet) throws IOException {
        List<String> unsettled = new ArrayList<>();
        records.check(path(path), quiet, found -> unsettled.add(found.toString()));
        ledger.submit(transaction -> "flushed").await();
        return unsettled;
    }

    /** The topics announced since the last call. */
    public List<String> topics() {
        List<String> topics = announced.stream().map(Change::topic).toList();
        announced.clear();
        return topics;
    }

    /** The whole journal, which a kill can't keep from what lasts; whoever listened may have missed the end. */
    public List<Change> journal() {
        return journal.read(User.HUB, Cursor.BEGINNING, "", 10_000).get().changes();
    }

    /** The topics of the whole journal. */
    public List<String> journaled() {
        return journal().stream().map(Change::topic).toList();
    }

    public List<String> folder(String name) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(name))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
