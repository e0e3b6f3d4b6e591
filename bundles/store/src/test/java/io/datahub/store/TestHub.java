package io.datahub.store;

import io.datahub.api.Home;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.disk.DiskRecords;
import io.datahub.api.disk.Snapshots;
import io.datahub.api.health.Health;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorPrecedence;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.settings.TemporaryNames;
import io.datahub.records.validation.RegisteredValidator;
import io.datahub.records.validation.ValidationService;
import io.datahub.records.validation.ValidatorRegistry;
import io.datahub.store.core.FailPoints.Step;
import io.datahub.store.metadata.Journal;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.settings.TestSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.osgi.framework.Version;

/**
 * A store in a folder, with everything else in memory. It can be killed at any step and restarted. As a JUnit extension
 * it is started before each test and closed after it.
 */
public final class TestHub implements BeforeEachCallback, AfterEachCallback, AutoCloseable {

    public static final User ADMIN = new User("ada", Set.of("admin"), List.of());

    /** The defaults, but for small disks and impatient tests. */
    public static final StoreSettings SETTINGS = TestSettings.with(
            TestSettings.defaults(),
            "maxUploadBytes",
            1L << 30,
            "reserveBytes",
            1L << 20,
            "validatorWait",
            Duration.ofMillis(100),
            "maxLastGoodBytes",
            1L << 20,
            "maxLastGoodFileBytes",
            1L << 16,
            "maxRejected",
            5,
            "minUploadBytesPerSecond",
            0L,
            "cacheMiB",
            4,
            "temporaryNames",
            TemporaryNames.of(".*.XXXXXX, *.part"));

    private final Supplier<Path> folder;
    public Path root;
    public final List<Change> announced = new CopyOnWriteArrayList<>();
    public StoreSettings settings = SETTINGS;
    public ValidatorRegistry validators;
    public ValidationService validation;
    public MetadataStore metadata;
    public Journal journal;
    Store store;
    public RecordStore records;
    public DiskRecords disk;
    Step killAt;
    private int killAfter;
    public Runnable atIntent = () -> {};
    public Runnable atMove = () -> {};
    public Runnable atFlush = () -> {};
    public Runnable atIndex = () -> {};

    /** Called with each change when it is announced, on the thread that makes changes durable. */
    public Consumer<Change> onAnnouncement = change -> {};

    private final List<RegisteredValidator> registered = new ArrayList<>();

    private TestHub(Supplier<Path> folder) {
        this.folder = folder;
    }

    /** A hub that is started at once. */
    public TestHub(Path root) throws IOException {
        this(() -> root);
        startNew();
    }

    /**
     * A hub for a field with {@code @RegisterExtension}.
     *
     * @param folder asked for before each test, when JUnit has made its temporary folder
     */
    public static TestHub in(Supplier<Path> folder) {
        return new TestHub(folder);
    }

    private void startNew() throws IOException {
        root = folder.get();
        Files.createDirectories(root.resolve("files"));
        Files.createDirectories(root.resolve("state"));
        start();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        startNew();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close();
    }

    public Home home() {
        return () -> root;
    }

    public void start() throws IOException {
        validators = new ValidatorRegistry();
        registered.forEach(validators::add);
        validation = new ValidationService(validators, 16);
        metadata = new MetadataStore(root.resolve("state/store.mv"), () -> settings, notifying(this::announce));
        journal = new Journal(metadata, () -> settings.urls());
        store = new Store(home(), metadata, validators, validation, () -> settings, this::step);
        records = store.records();
        disk = store.diskRecords();
    }

    /** A listener that is done when it returns. */
    public static ChangeListener notifying(Consumer<? super Change> receiver) {
        return change -> {
            receiver.accept(change);
            return ChangeListener.DONE;
        };
    }

    private void announce(Change change) {
        announced.add(change);
        onAnnouncement.accept(change);
    }

    /** Replaces settings: names of components of {@link StoreSettings}, each followed by its value. */
    public void configure(Object... namesAndValues) {
        settings = TestSettings.with(settings, namesAndValues);
    }

    public LastingDrafts lastingDrafts() {
        return store.lastingDrafts();
    }

    public Health health() {
        return store.health().check();
    }

    public void deleteExpired(Instant now) throws IOException {
        store.deleteExpired(now);
    }

    public void retryPostponed() throws IOException {
        store.retryPostponed();
    }

    public Snapshots snapshots() {
        return store.snapshots();
    }

    /** Kills the store when it reaches this step for the n-th time. */
    public void killAt(Step step, int times) {
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
        if (step == Step.FLUSHED) {
            atFlush.run();
        }
        if (step == Step.INDEXED) {
            atIndex.run();
        }
        if (step == killAt && --killAfter == 0) {
            throw new Killed();
        }
    }

    /** Thrown to simulate a killed process. */
    public static final class Killed extends Error {}

    /** Leaves everything as a killed process would. */
    public void kill() {
        metadata.abandon();
        validation.close();
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
        metadata.close();
        validation.close();
    }

    public RegisteredValidator register(String name, String version, String pattern, Validator validator) {
        return register(name, version, pattern, 5_000, validator);
    }

    public RegisteredValidator register(String name, String version, String pattern, long millis, Validator validator) {
        RegisteredValidator entry = new RegisteredValidator(
                name,
                new ValidatorPrecedence(Version.parseVersion(version), 0, registered.size()),
                List.of(PathPattern.of(pattern)),
                Duration.ofMillis(millis),
                false,
                () -> validator);
        registered.add(entry);
        validators.add(entry);
        return entry;
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
        Result<Draft> begun = records.begin(request);
        if (begun.isRefused()) {
            return Result.refused(begun.refusal().orElseThrow());
        }
        Draft upload = begun.get();
        Result<Change> result;
        Refusal refusal = upload.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)))
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
        return new String(reading.stream().readAllBytes(), StandardCharsets.UTF_8);
    }

    public RecordVersion find(String path) throws IOException {
        return records.find(ADMIN, path(path)).get();
    }

    public Path file(String path) {
        return root.resolve("files").resolve(path);
    }

    /** Writes a file as a program that doesn't know the hub. */
    public Path write(String path, String text) throws IOException {
        Files.createDirectories(file(path).getParent());
        return Files.writeString(file(path), text);
    }

    /** Checks a path without a quiet period; returns the paths that have to be checked again. */
    public List<String> check(String path) throws IOException {
        return check(path, Duration.ZERO);
    }

    public List<String> check(String path, Duration quiet) throws IOException {
        List<String> checkLater = new ArrayList<>();
        disk.reconcile(path(path), quiet, found -> checkLater.add(found.toString()));
        metadata.submit(transaction -> "flushed").await();
        return checkLater;
    }

    /** The topics published since the last call. */
    public List<String> topics() {
        List<String> topics = announced.stream().map(Change::topic).toList();
        announced.clear();
        return topics;
    }

    /** The whole journal. It has all durable changes after a kill, while listeners may have missed the last ones. */
    public List<Change> journal() {
        return journal.read(User.HUB, Cursor.BEGINNING, "", 10_000).get().changes();
    }

    /** The topics of all changes in the journal. */
    public List<String> journaled() {
        return journal().stream().map(Change::topic).toList();
    }

    public List<String> folder(String name) throws IOException {
        try (Stream<Path> files = Files.list(root.resolve(name))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }
}
