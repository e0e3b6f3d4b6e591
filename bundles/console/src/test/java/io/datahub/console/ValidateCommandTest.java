package io.datahub.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Cursor;
import io.datahub.api.record.Listing;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorStatus.State;
import io.datahub.api.validation.Verdict;
import io.datahub.test.memory.MemoryReading;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidateCommandTest {

    @TempDir
    private Path folder;

    private final FakeContext context = new FakeContext();
    private final ValidateCommand validate = new ValidateCommand();

    private final Validator noCheese = candidate -> {
        try (InputStream in = candidate.open()) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return text.contains("cheese") ? Verdict.refuse(1, 2, "cheese") : Verdict.accept();
        }
    };

    @BeforeEach
    void fill() throws IOException {
        Files.createDirectories(folder.resolve("a/b"));
        Files.writeString(folder.resolve("a/b/good.txt"), "ham");
        Files.writeString(folder.resolve("a/bad.txt"), "cheese");
        Files.writeString(folder.resolve("a/other.xml"), "cheese");
        context.add(RecordStore.class, store());
        Validator strict = candidate -> Verdict.refuse("nothing is good");
        context.addValidator("food", "2.0.0", State.ACTIVE, strict, Map.of("paths", "**/*.txt"));
        context.addValidator("food", "1.0.0", State.SHADOWED, noCheese, Map.of("paths", "**/*.txt"));
        Validator slow = candidate -> {
            new java.util.concurrent.CountDownLatch(1).await();
            return Verdict.accept();
        };
        context.addValidator("slow", "1.0.0", State.ACTIVE, slow, Map.of("paths", "a/bad.txt", "timeoutMillis", "50"));
        validate.json = true;
    }

    private RecordStore store() {
        return (RecordStore) Proxy.newProxyInstance(
                RecordStore.class.getClassLoader(),
                new Class<?>[] {RecordStore.class},
                (self, method, arguments) -> switch (method.getName()) {
                    case "find" -> find((RecordPath) arguments[1]);
                    case "open" -> open((RecordPath) arguments[1]);
                    case "list" -> list((RecordPath) arguments[1]);
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private Result<RecordVersion> find(RecordPath path) throws IOException {
        Path file = folder.resolve(path.toString());
        return Files.isRegularFile(file)
                ? Result.done(
                        new RecordVersion(path, Files.size(file), Instant.EPOCH, Optional.empty(), Optional.empty()))
                : Result.refused(Reason.NOT_FOUND, "there is nothing at " + path);
    }

    private Result<Reading> open(RecordPath path) throws IOException {
        RecordVersion version = find(path).get();
        return Result.done(new MemoryReading(version, Files.readAllBytes(folder.resolve(path.toString())), () -> {}));
    }

    private Result<Listing> list(RecordPath directory) throws IOException {
        Path path = folder.resolve(directory.toString());
        if (!Files.isDirectory(path)) {
            return Result.refused(Reason.NOT_FOUND, "there is nothing at " + directory);
        }
        try (Stream<Path> files = Files.list(path)) {
            List<Listing.Entry> entries = files.sorted()
                    .map(file -> new Listing.Entry(
                            file.getFileName().toString(),
                            Files.isDirectory(file),
                            0,
                            Instant.EPOCH,
                            Optional.empty(),
                            Optional.empty()))
                    .toList();
            return Result.done(new Listing(directory, entries, Optional.empty(), Cursor.BEGINNING));
        }
    }

    private String run(String validator, String path) throws Exception {
        validate.validator = validator;
        validate.path = path;
        return context.run(validate);
    }

    @Test
    void shouldRunOneValidatorOverAllRecordsItAppliesTo() {
        assertThatThrownBy(() -> run("food/1.0.0", ""))
                .hasMessage("food/1.0.0 validated 2 records, refused 1, failed for 0");
        assertThat(context.output.strip())
                .isEqualTo("[{\"path\":\"a/bad.txt\",\"line\":1,\"column\":2,\"message\":\"cheese\"}]");
    }

    @Test
    void shouldUseTheNewestVersionOfAName() {
        assertThatThrownBy(() -> run("food", "a/"))
                .hasMessage("food/2.0.0 validated 2 records, refused 2, failed for 0");
    }

    @Test
    void shouldSucceedIfEveryRecordIsAccepted() throws Exception {
        validate.json = false;
        assertThat(run("food/1.0.0", "a/b")).contains("food/1.0.0 validated 1 records, refused 0, failed for 0");
        assertThat(run("food/1.0.0", "a/b/good.txt")).contains("validated 1 records");
    }

    @Test
    void shouldCountATimeoutAsAFailure() {
        assertThatThrownBy(() -> run("slow", "")).hasMessage("slow/1.0.0 validated 1 records, refused 0, failed for 1");
        assertThat(context.output).contains("took longer than 50 ms");
    }

    @Test
    void shouldReportAMissingValidatorOrRecord() {
        assertThatThrownBy(() -> run("foot", "")).hasMessageContaining("no validator foot");
        assertThatThrownBy(() -> run("food", "x")).hasMessage("404 there is nothing at x");
        assertThatThrownBy(() -> run(null, "")).hasMessageContaining("give a record");
    }
}
