package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.Listing;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What every {@link RecordStore} must do when directories are listed. */
public abstract class ListingContract {

    /** The store, empty at first. */
    protected abstract RecordStore store();

    private static User reader(String... paths) {
        return new User(
                "r",
                Set.of(),
                Arrays.stream(paths)
                        .map(path -> new Grant(Action.READ, path, "user r"))
                        .toList());
    }

    private void put(String... paths) throws IOException {
        for (String path : paths) {
            WriteRequest request = new WriteRequest(User.HUB, "test", RecordPath.of(path));
            try (Draft draft = store().begin(request).get()) {
                draft.append(ByteBuffer.wrap(path.getBytes(StandardCharsets.UTF_8)));
                draft.commit().get();
            }
        }
    }

    private Listing list(User user, String directory) throws IOException {
        return store().list(user, RecordPath.of(directory), "", 1_000).get();
    }

    /** The names in a listing, those of directories with a slash. */
    private static List<String> names(Listing listing) {
        return listing.entries().stream()
                .map(entry -> entry.name() + (entry.directory() ? "/" : ""))
                .toList();
    }

    private Reason reason(User user, String directory) throws IOException {
        Result<Listing> listing = store().list(user, RecordPath.of(directory), "", 10);
        return listing.refusal().map(Refusal::reason).orElseThrow();
    }

    @Test
    void shouldListRecordsAndDirectoriesByName() throws IOException {
        put("b", "a/x", "a.txt", "c/d/e", "a/y");

        Listing root = list(User.HUB, "");
        assertThat(names(root)).containsExactly("a/", "a.txt", "b", "c/");
        assertThat(root.path()).isEqualTo(RecordPath.ROOT);
        assertThat(root.next()).isEmpty();
        assertThat(names(list(User.HUB, "a"))).containsExactly("x", "y");
        assertThat(names(list(User.HUB, "c"))).containsExactly("d/");
    }

    @Test
    void shouldDescribeEntriesLikeTheirVersions() throws IOException {
        put("d/a");
        RecordVersion version = store().find(User.HUB, RecordPath.of("d/a")).get();

        Listing.Entry entry = list(User.HUB, "d").entries().get(0);
        assertThat(entry.size()).isEqualTo(version.size());
        assertThat(entry.modified()).isEqualTo(version.modified());
        assertThat(entry.etag()).isPresent().isEqualTo(version.etag());
        Listing.Entry directory = list(User.HUB, "").entries().get(0);
        assertThat(directory.size()).isZero();
        assertThat(directory.etag()).isEmpty();
    }

    @Test
    void shouldListPageByPage() throws IOException {
        for (int i = 0; i < 25; i++) {
            put("d/f" + i, "d/s" + i + "/x");
        }
        List<String> found = new ArrayList<>();
        Optional<String> after = Optional.of("");
        while (after.isPresent()) {
            Listing page =
                    store().list(User.HUB, RecordPath.of("d"), after.get(), 7).get();
            assertThat(page.entries()).hasSizeBetween(1, 7);
            found.addAll(names(page));
            after = page.next();
            after.ifPresent(name -> assertThat(name)
                    .isEqualTo(page.entries().get(page.entries().size() - 1).name()));
        }

        assertThat(found).hasSize(50).doesNotHaveDuplicates().isEqualTo(List.copyOf(new TreeSet<>(found)));
    }

    @Test
    void shouldContinueAfterANameThatIsGone() throws IOException {
        put("d/a", "d/b", "d/c");
        store().delete(new WriteRequest(User.HUB, "test", RecordPath.of("d/b")));

        assertThat(names(store().list(User.HUB, RecordPath.of("d"), "b", 10).get()))
                .containsExactly("c");
        assertThat(names(store().list(User.HUB, RecordPath.of("d"), "zzz", 10).get()))
                .isEmpty();
    }

    @Test
    void shouldShowARestrictedUserWhatLeadsToItsRecords() throws IOException {
        put("open/a", "open/deep/b", "mixed/mine/a", "mixed/theirs/a", "mixed/file", "secret/a", "single", "other");
        User user = reader("open/", "mixed/mine/", "single");

        assertThat(names(list(user, ""))).containsExactly("mixed/", "open/", "single");
        assertThat(names(list(user, "mixed"))).containsExactly("mine/");
        assertThat(names(list(user, "open"))).containsExactly("a", "deep/");
        assertThat(names(list(user, "open/deep"))).containsExactly("b");
        assertThat(reason(user, "secret")).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(user, "mixed/theirs")).isEqualTo(Reason.FORBIDDEN);
        assertThat(reason(reader(), "")).isEqualTo(Reason.FORBIDDEN);
    }

    @Test
    void shouldRefuseWhatIsNotADirectory() throws IOException {
        put("d/a");

        assertThat(reason(User.HUB, "d/a")).isEqualTo(Reason.CONFLICT);
        assertThat(reason(User.HUB, "none")).isEqualTo(Reason.NOT_FOUND);
        assertThat(reason(User.HUB, "d/a/b")).isEqualTo(Reason.NOT_FOUND);
        assertThat(list(User.HUB, "").entries()).hasSize(1);
    }

    @Test
    void shouldCoverEveryChangeUpToItsCursor() throws IOException {
        assertThat(list(User.HUB, "").cursor().sequence()).isZero();
        put("a", "b", "a");

        assertThat(list(User.HUB, "").cursor().sequence()).isEqualTo(3);
    }
}
