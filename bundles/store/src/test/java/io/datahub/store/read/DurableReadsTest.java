package io.datahub.store.read;

import static io.datahub.store.TestHub.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.Listing;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import io.datahub.store.TestHub;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Readers while changes are in the index that a killed hub would forget. */
@Timeout(60)
class DurableReadsTest {

    @TempDir
    Path folder;

    private final CountDownLatch announcing = new CountDownLatch(1);
    private final CountDownLatch announced = new CountDownLatch(1);
    private final Semaphore indexed = new Semaphore(0);
    private final Map<String, String> seen = new ConcurrentHashMap<>();
    private final List<Thread> readers = new ArrayList<>();

    /** Starts a thread; its result or failure is in the task. */
    private static <T> FutureTask<T> start(String name, Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        new Thread(task, name).start();
        return task;
    }

    private void read(String name, Callable<Optional<String>> work) {
        Thread reader = new Thread(
                () -> {
                    try {
                        work.call().ifPresent(etag -> seen.put(name, etag));
                    } catch (Exception e) {
                        seen.put(name, "failed");
                    }
                },
                name);
        readers.add(reader);
        reader.start();
    }

    /**
     * Creates z and then b, whose index entries aren't flushed: the thread that would do it is still announcing another
     * change.
     */
    private List<FutureTask<Result<Change>>> writeWithoutFlush(TestHub hub) throws Exception {
        hub.atIndex = indexed::release;
        hub.onAnnouncement = change -> {
            announcing.countDown();
            pass(announced);
        };
        CountDownLatch[] gates = new CountDownLatch[3];
        List<FutureTask<Result<Change>>> writers = new ArrayList<>();
        for (String path : List.of("fence", "z", "b")) {
            CountDownLatch reached = new CountDownLatch(1);
            CountDownLatch gate = new CountDownLatch(1);
            hub.atFlush = () -> {
                reached.countDown();
                pass(gate);
            };
            gates[writers.size()] = gate;
            writers.add(start(path, () -> hub.put(path, "new")));
            reached.await();
        }
        gates[0].countDown();
        announcing.await();
        indexed.acquire();
        gates[1].countDown();
        indexed.acquire();
        gates[2].countDown();
        indexed.acquire();
        return writers;
    }

    private static void pass(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void startReaders(TestHub hub) {
        read("find", () -> hub.records.find(TestHub.ADMIN, path("z")).get().etag());
        read("open", () -> {
            try (Reading reading = hub.records.open(TestHub.ADMIN, path("z")).get()) {
                return reading.version().etag();
            }
        });
        read(
                "list",
                () -> hub.records.list(TestHub.ADMIN, path(""), "", 100).get().entries().stream()
                        .filter(entry -> entry.name().equals("z"))
                        .findFirst()
                        .flatMap(Listing.Entry::etag));
        await().until(() -> readers.stream()
                .allMatch(reader ->
                        reader.getState() == Thread.State.WAITING || reader.getState() == Thread.State.TERMINATED));
    }

    private void joinReaders() throws InterruptedException {
        for (Thread reader : readers) {
            reader.join();
        }
    }

    @Test
    void shouldShowNothingThatAKilledHubForgets() throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            writeWithoutFlush(hub);
            startReaders(hub);
            FutureTask<Void> kill = start("kill", () -> {
                hub.kill();
                return null;
            });
            joinReaders();
            announced.countDown();
            kill.get();
            hub.atFlush = () -> {};
            hub.onAnnouncement = change -> {};
            hub.start();
            hub.check("");

            String etag = hub.find("z").etag().orElseThrow();
            seen.values().removeIf("failed"::equals);
            assertThat(seen).allSatisfy((reader, tag) -> assertThat(tag).isEqualTo(etag));
            assertThat(hub.journaled()).containsExactly("file.created/fence", "file.created/b", "file.created/z");
        }
    }

    @Test
    void shouldWaitUntilTheVersionIsDurable() throws Exception {
        try (TestHub hub = new TestHub(folder)) {
            List<FutureTask<Result<Change>>> writers = writeWithoutFlush(hub);
            startReaders(hub);
            assertThat(seen).isEmpty();
            assertThat(hub.journal.head().sequence()).isEqualTo(1);
            assertThat(hub.journal.oldest().sequence()).isZero();
            announced.countDown();
            joinReaders();

            RecordVersion version = writers.get(1).get().get().version();
            assertThat(seen)
                    .hasSize(3)
                    .allSatisfy((reader, tag) -> assertThat(version.etag()).contains(tag));
        }
    }
}
