package io.datahub.cluster;

import io.datahub.api.Home;
import io.datahub.api.Result;
import io.datahub.api.cluster.Blobs;
import io.datahub.api.cluster.SharedLedger;
import io.datahub.api.event.EventRun;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.ChangeListener;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.User;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorPrecedence;
import io.datahub.records.settings.StoreConfiguration;
import io.datahub.records.settings.StoreSettings;
import io.datahub.records.validation.RegisteredValidator;
import io.datahub.records.validation.ValidationService;
import io.datahub.records.validation.ValidatorRegistry;
import io.datahub.test.Configurations;
import io.datahub.test.cluster.MemoryBlobs;
import io.datahub.test.cluster.MemoryLedger;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.osgi.framework.Version;

/** A hub of a cluster whose ledger and blobs are in memory. As a JUnit extension it is started before each test. */
public final class TestCluster implements BeforeEachCallback, AfterEachCallback {

    private static final StoreSettings SETTINGS = settings(Map.of());

    private final Supplier<Path> folder;
    private final ValidatorRegistry validators = new ValidatorRegistry();
    private final ValidationService validation = new ValidationService(validators, 8);
    private final List<Cluster> others = new ArrayList<>();
    public MemoryLedger ledger = new MemoryLedger(InstantSource.system());
    public final MemoryBlobs blobs = new MemoryBlobs(InstantSource.system());
    public final List<Change> announced = new CopyOnWriteArrayList<>();

    /** The kept events that hubs have delivered of others, by hub. */
    final Map<String, List<EventRun>> injected = new ConcurrentHashMap<>();

    public volatile Duration maxStale = Duration.ofSeconds(30);
    private volatile StoreSettings settings = SETTINGS;

    /** What hubs see of the ledger. */
    UnaryOperator<SharedLedger> view = UnaryOperator.identity();

    /** What hubs see of the blobs. */
    UnaryOperator<Blobs> blobsView = UnaryOperator.identity();

    Cluster hub;

    private TestCluster(Supplier<Path> folder) {
        this.folder = folder;
    }

    /** For a field with {@code @RegisterExtension}. */
    public static TestCluster in(Supplier<Path> folder) {
        return new TestCluster(folder);
    }

    private static StoreSettings settings(Map<String, ?> values) {
        Map<String, Object> all =
                new HashMap<>(Map.of("reserveBytes", 1L << 20, "waitMillis", 100L, "minUploadBytesPerSecond", 0L));
        all.putAll(values);
        return StoreSettings.of(Configurations.of(StoreConfiguration.class, all));
    }

    /** Sets a key of the store's configuration; all others have their defaults. */
    public void configure(String key, Object value) {
        settings = settings(Map.of(key, value));
    }

    /** Adds a validator, with the version 1.0.0. */
    public void validate(String name, String pattern, Validator validator) {
        validators.add(new RegisteredValidator(
                name,
                new ValidatorPrecedence(new Version("1.0.0"), 0, 1),
                List.of(PathPattern.of(pattern)),
                Duration.ofSeconds(10),
                false,
                () -> validator));
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        hub = start("a", announced);
    }

    /** Starts another hub. */
    Cluster start(String name, List<Change> heard) throws IOException {
        Path root =
                Files.createDirectories(folder.get().resolve(name + "/state")).getParent();
        Home home = () -> root;
        return new Cluster(
                new HubIdentity(name, "", maxStale, Duration.ofMinutes(1)),
                home,
                view.apply(ledger),
                blobsView.apply(blobs),
                validation,
                () -> settings,
                change -> {
                    heard.add(change);
                    return ChangeListener.DONE;
                },
                run -> injected.computeIfAbsent(name, hubName -> new CopyOnWriteArrayList<>())
                        .add(run),
                number -> others.forEach(other -> other.poke(number)));
    }

    /** Starts another hub, which is closed after the test. */
    Cluster startOther(String name, List<Change> heard) throws IOException {
        Cluster other = start(name, heard);
        others.add(other);
        return other;
    }

    /** Stops the hub, and starts it again. */
    public void restart() throws IOException {
        hub.close();
        hub = start("a", announced);
    }

    /** Writes a record. */
    static Result<Change> put(Cluster hub, String path, String text) throws IOException {
        Result<Draft> begun = hub.records().begin(new WriteRequest(User.HUB, "test", RecordPath.of(path)));
        if (begun.isRefused()) {
            return Result.refused(begun.refusal().orElseThrow());
        }
        try (Draft draft = begun.get()) {
            draft.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            return draft.commit();
        }
    }

    /** The bytes of a record. */
    static String read(Cluster hub, String path) throws IOException {
        try (Reading reading = hub.records().open(User.HUB, RecordPath.of(path)).get()) {
            return new String(reading.stream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    public RecordStore records() {
        return hub.records();
    }

    public ChangeJournal journal() {
        return hub.journal();
    }

    public LastingDrafts lastingDrafts() {
        return hub.lastingDrafts();
    }

    /** What is left of drafts. */
    public List<String> staged() throws IOException {
        try (Stream<Path> files = Files.list(folder.get().resolve("a/state/staging"))) {
            return files.map(Path::toString).toList();
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        hub.close();
        others.forEach(Cluster::close);
        validation.close();
    }
}
