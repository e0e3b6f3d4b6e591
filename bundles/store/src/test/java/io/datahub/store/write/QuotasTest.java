package io.datahub.store.write;

import static io.datahub.store.TestHub.ADMIN;
import static io.datahub.store.TestHub.path;
import static io.datahub.store.TestHub.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.LastingDrafts.Remaining;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.api.validation.Verdict;
import io.datahub.records.quota.RecordUsage;
import io.datahub.records.settings.Quota;
import io.datahub.store.TestHub;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.PathKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class QuotasTest {

    private static final User ANN = user("ann", Action.WRITE, "");

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private void quotas(String text) {
        hub.configure("quotas", Quota.parse(text));
    }

    private Result<Change> put(User user, String path, int size) throws IOException {
        return hub.put(new WriteRequest(user, "test", path(path)), "x".repeat(size));
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    private static WriteRequest announced(User user, String path, long size) {
        return new WriteRequest(user, "test", path(path), Precondition.NONE, OptionalLong.of(size), Map.of());
    }

    @Test
    void shouldParseQuotas() {
        assertThat(Quota.parse("builds/: 100 GiB 10000 files, /: 2TiB\n@jenkins: 5 files,@*: 7"))
                .containsExactly(
                        new Quota("builds/", "", 100L << 30, 10_000),
                        new Quota("", "", 2L << 40, Long.MAX_VALUE),
                        new Quota("", "jenkins", Long.MAX_VALUE, 5),
                        new Quota("", "*", 7, Long.MAX_VALUE));
        assertThat(Quota.parse(" \n ")).isEmpty();
        for (String wrong : List.of("builds/", "builds/:", "builds/: much", "builds/: 5 GB", ": 5", "a: 1 -2 files")) {
            assertThatThrownBy(() -> Quota.parse(wrong)).as(wrong).hasMessageContaining("quotas has");
        }
    }

    @Test
    void shouldRefuseMoreThanTheBytesOfAPrefix() throws Exception {
        quotas("a/: 10");
        assertThat(put(ANN, "a/1", 6).isRefused()).isFalse();

        Refusal refusal = put(ANN, "a/2", 5).refusal().orElseThrow();

        assertThat(refusal.reason()).isEqualTo(Reason.NO_ROOM);
        assertThat(refusal.detail()).contains("a/: 10");
        assertThat(put(ANN, "a/2", 4).isRefused()).isFalse();
        assertThat(put(ANN, "b/2", 100).isRefused()).isFalse();
        assertThat(hub.folder("state/staging")).isEmpty();
    }

    @Test
    void shouldRefuseAnAnnouncedLengthBeforeTheUpload() throws Exception {
        quotas("a/: 10");

        assertThat(reason(hub.records.begin(announced(ANN, "a/1", 11)))).isEqualTo(Reason.NO_ROOM);
    }

    @Test
    void shouldAllowReplacementAndDeletionWithinTheQuota() throws Exception {
        quotas("/: 10 1 files");
        put(ANN, "a", 8);

        assertThat(put(ANN, "a", 10).isRefused()).isFalse();
        assertThat(reason(put(ANN, "a", 11))).isEqualTo(Reason.NO_ROOM);
        assertThat(reason(put(ANN, "b", 0))).isEqualTo(Reason.NO_ROOM);
        hub.delete("a");
        assertThat(put(ANN, "b", 10).isRefused()).isFalse();
    }

    @Test
    void shouldAllowARecordOverTheQuotaToShrink() throws Exception {
        put(ANN, "a", 20);
        quotas("/: 10");

        assertThat(put(ANN, "a", 15).isRefused()).isFalse();
        assertThat(reason(put(ANN, "a", 16))).isEqualTo(Reason.NO_ROOM);
    }

    @Test
    void shouldCountByUser() throws Exception {
        quotas("@ann: 10, @*: 3");
        assertThat(put(ANN, "a", 10).isRefused()).isFalse();
        assertThat(reason(put(ANN, "b", 1))).isEqualTo(Reason.NO_ROOM);
        User bob = user("bob", Action.WRITE, "");
        assertThat(put(bob, "b", 3).isRefused()).isFalse();
        assertThat(reason(put(bob, "c", 1))).isEqualTo(Reason.NO_ROOM);

        // A user who replaces a record becomes its owner.
        assertThat(reason(put(bob, "a", 1))).isEqualTo(Reason.NO_ROOM);
        hub.put("a", "ada");
        assertThat(put(ANN, "d", 10).isRefused()).isFalse();
    }

    @Test
    void shouldNotCountTheUsersFile() throws Exception {
        hub.register("users", "1.0.0", "broker_users.xml", candidate -> Verdict.accept());
        quotas("/: 1 1 files, @ada: 1 1 files");

        assertThat(put(ADMIN, "broker_users.xml", 100).isRefused()).isFalse();
        assertThat(put(ADMIN, "a", 1).isRefused()).isFalse();
        assertThat(put(ADMIN, "broker_users.xml", 200).isRefused()).isFalse();
    }

    @Test
    void shouldCountUploadsInProgress() throws Exception {
        quotas("/: 10");
        Draft first = hub.records.begin(announced(ANN, "a", 6)).get();
        assertThat(reason(hub.records.begin(announced(ANN, "b", 6)))).isEqualTo(Reason.NO_ROOM);
        Draft unknown =
                hub.records.begin(new WriteRequest(ANN, "test", path("c"))).get();
        assertThat(unknown.append(ByteBuffer.allocate(4))).isEmpty();
        assertThat(unknown.append(ByteBuffer.allocate(1)).orElseThrow().reason())
                .isEqualTo(Reason.NO_ROOM);
        unknown.close();
        first.close();

        assertThat(put(ANN, "b", 10).isRefused()).isFalse();
    }

    @Test
    void shouldCountTheFullLengthOfLastingDrafts() throws Exception {
        quotas("/: 10");
        var drafts = hub.lastingDrafts();
        String name = drafts.create(announced(ANN, "a", 8), Map.of()).get().name();
        assertThat(reason(put(ANN, "b", 3))).isEqualTo(Reason.NO_ROOM);
        hub.restart();
        drafts = hub.lastingDrafts();
        assertThat(reason(put(ANN, "b", 3))).isEqualTo(Reason.NO_ROOM);
        assertThat(reason(drafts.create(announced(ANN, "b", 3), Map.of()))).isEqualTo(Reason.NO_ROOM);
        try (var draft =
                drafts.resume(announced(ANN, "a", 8), name, Remaining.RECEIVED).get()) {
            draft.append(ByteBuffer.allocate(8));
            assertThat(draft.commit().isRefused()).isFalse();
        }
        assertThat(put(ANN, "b", 2).isRefused()).isFalse();
        assertThat(reason(put(ANN, "c", 1))).isEqualTo(Reason.NO_ROOM);
        name = drafts.create(announced(ANN, "c", 0), Map.of()).get().name();
        drafts.remove(ANN, name);
    }

    @Test
    void shouldCountExternalChanges() throws Exception {
        quotas("a/: 10");
        put(ANN, "a/1", 2);
        hub.write("a/2", "12345");
        hub.check("");
        assertThat(reason(put(ANN, "a/3", 4))).isEqualTo(Reason.NO_ROOM);
        assertThat(put(ANN, "a/3", 3).isRefused()).isFalse();

        Files.delete(hub.file("a/2"));
        hub.check("");

        assertThat(put(ANN, "a/4", 5).isRefused()).isFalse();
    }

    @Test
    void shouldKeepUsageExactAcrossRestartsAndQuotaChanges() throws Exception {
        Random random = new Random(7);
        quotas("a/: 1 TiB, a/b/: 1 TiB, @*: 1 TiB");
        for (int i = 0; i < 200; i++) {
            String name = (random.nextBoolean() ? "a/" : "a/b/") + random.nextInt(20);
            switch (random.nextInt(4)) {
                case 0 -> hub.delete(name);
                case 1 -> {
                    hub.write(name, "y".repeat(random.nextInt(50)));
                    hub.check("");
                }
                default -> put(random.nextBoolean() ? ANN : ADMIN, name, random.nextInt(50));
            }
        }
        requireExact();
        hub.kill();
        hub.start();
        put(ANN, "a/last", 3);
        requireExact();
        quotas("a/b/: 1 TiB");
        put(ANN, "a/b/last", 3);
        assertThat(hub.metadata.usage().below("a/b/")).isEqualTo(measured("a/b/"));
    }

    private void requireExact() throws IOException {
        assertThat(hub.metadata.usage().below("a/")).isEqualTo(measured("a/"));
        assertThat(hub.metadata.usage().below("a/b/")).isEqualTo(measured("a/b/"));
        for (String user : List.of("ann", "ada")) {
            long bytes = 0;
            long files = 0;
            for (MetadataStore.Indexed each : hub.metadata.range("", "\uffff", 1_000)) {
                if (each.entry().user().equals(user)) {
                    bytes += each.entry().size();
                    files++;
                }
            }
            assertThat(hub.metadata.usage().of(user).bytes()).isEqualTo(bytes);
            assertThat(hub.metadata.usage().of(user).files()).isEqualTo(files);
        }
    }

    private RecordUsage.Amount measured(String prefix) throws IOException {
        long bytes = 0;
        long files = 0;
        for (MetadataStore.Indexed each : hub.metadata.range("", "\uffff", 1_000)) {
            RecordPath path = PathKeys.path(each.key());
            if (path.toString().startsWith(prefix)) {
                bytes += Files.size(hub.file(path.toString()));
                files++;
            }
        }
        return new RecordUsage.Amount(bytes, files);
    }

    @Test
    void shouldNotExceedAQuotaWithConcurrentUploads() throws Exception {
        quotas("/: 50");
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Boolean>> writes = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                String name = "f" + i;
                writes.add(() -> !put(ANN, name, 10).isRefused());
            }
            int stored = 0;
            for (Future<Boolean> each : threads.invokeAll(writes)) {
                stored += each.get() ? 1 : 0;
            }
            assertThat(stored).isLessThanOrEqualTo(5);
            while (stored < 5) {
                assertThat(put(ANN, "more" + stored++, 10).isRefused()).isFalse();
            }
            assertThat(reason(put(ANN, "last", 1))).isEqualTo(Reason.NO_ROOM);
        } finally {
            threads.shutdownNow();
        }
    }
}
