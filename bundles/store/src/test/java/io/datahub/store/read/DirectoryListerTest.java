package io.datahub.store.read;

import static io.datahub.store.TestHub.ADMIN;
import static io.datahub.store.TestHub.path;
import static io.datahub.store.TestHub.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.record.Listing;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.store.TestHub;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class DirectoryListerTest {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private List<String> names(User user, String directory) throws IOException {
        return hub.records.list(user, path(directory), "", 10_000).get().entries().stream()
                .map(entry -> entry.name() + (entry.directory() ? "/" : ""))
                .toList();
    }

    @Test
    void shouldListSortedByName() throws Exception {
        hub.put("b", "22");
        hub.put("a/x", "1");
        hub.put("C", "1");
        hub.write("unsettled", "1");
        Files.createSymbolicLink(hub.file("link"), folder);

        Listing listing = hub.records.list(ADMIN, path(""), "", 100).get();
        assertThat(names(ADMIN, "")).containsExactly("C", "a/", "b", "unsettled");
        assertThat(listing.cursor()).isEqualTo(hub.journal.head());
        assertThat(listing.next()).isEmpty();
        Listing.Entry b = listing.entries().get(2);
        assertThat(b.size()).isEqualTo(2);
        assertThat(b.etag()).isEqualTo(hub.find("b").etag());
        assertThat(listing.entries().get(3).etag()).isEmpty();
    }

    @Test
    void shouldListALargeDirectoryPageByPage() throws Exception {
        for (int i = 0; i < 95; i++) {
            hub.write("d/f" + (i * 37 % 95 + 100), "x");
        }
        List<String> all = new ArrayList<>();
        String after = "";
        int pages = 0;
        do {
            Listing page = hub.records.list(ADMIN, path("d"), after, 10).get();
            page.entries().forEach(entry -> all.add(entry.name()));
            after = page.next().orElse("");
            pages++;
        } while (!after.isEmpty());

        assertThat(pages).isEqualTo(10);
        assertThat(all).hasSize(95).isSorted().doesNotHaveDuplicates();
    }

    /** With names that sort around the separator of the index and around each other's subtrees. */
    @Test
    void shouldListANewRecordInALargeDirectoryAtOnce() throws Exception {
        for (int i = 0; i < DirectoryNames.LARGE + 50; i++) {
            hub.write("d/f" + i, "x");
        }
        Files.createDirectories(hub.file("d/empty"));
        hub.write("d/unsettled", "x");
        page("f", 3);
        List<String> put = List.of("a", "a b", "a!", "a-/x/y", "b/1", "b/2", "b c/1", "c", "f0", "zz");
        for (String name : put) {
            hub.put("d/" + name, "x");
            assertThat(names(ADMIN, "d")).contains(name.replaceFirst("/.*", "/"));
        }
        hub.delete("d/c");
        List<String> all = new ArrayList<>();
        for (String after = ""; ; after = all.get(all.size() - 1)) {
            List<String> some = page(after, 7);
            if (some.isEmpty()) {
                break;
            }
            all.addAll(some);
        }
        assertThat(all).isSorted().doesNotHaveDuplicates().hasSize(DirectoryNames.LARGE + 50 + 2 + 7);
        assertThat(all).startsWith("a", "a b", "a!", "a-", "b", "b c", "empty");
    }

    private List<String> page(String after, int limit) throws IOException {
        return hub.records.list(ADMIN, path("d"), after, limit).get().entries().stream()
                .map(Listing.Entry::name)
                .toList();
    }

    @Test
    void shouldListOnlyWhatTheUserMayReadAndItsParents() throws Exception {
        hub.put("open/deep/a", "x");
        hub.put("open/b", "x");
        hub.put("secret/a", "x");
        hub.put("top", "x");
        hub.write("broker_users.xml", "<x/>");
        User reader = user("r", Action.READ, "open/deep/", Action.READ, "top");

        assertThat(names(reader, "")).containsExactly("open/", "top");
        assertThat(names(reader, "open")).containsExactly("deep/");
        assertThat(hub.records.list(reader, path("secret"), "", 10).refusal().map(Refusal::reason))
                .contains(Reason.FORBIDDEN);
        assertThat(hub.records.list(reader, path("nothing"), "", 10).refusal().map(Refusal::reason))
                .contains(Reason.FORBIDDEN);
        assertThat(names(user("all", Action.READ, ""), "")).containsExactly("open/", "secret/", "top");
    }

    @Test
    void shouldHideRecordsFromUsersWithoutReadGrant() throws Exception {
        hub.put("secret/a", "x");
        User reader = user("r", Action.READ, "open/");

        for (String path : List.of("secret/a", "secret/none", "secret")) {
            assertThat(hub.records.find(reader, path(path)).refusal().map(Refusal::reason))
                    .contains(Reason.FORBIDDEN);
        }
    }

    @Test
    void shouldRefuseToListARecordOrAMissingDirectory() throws Exception {
        hub.put("a", "x");

        assertThat(hub.records.list(ADMIN, path("a"), "", 10).refusal().map(Refusal::reason))
                .contains(Reason.CONFLICT);
        assertThat(hub.records.list(ADMIN, path("none"), "", 10).refusal().map(Refusal::reason))
                .contains(Reason.NOT_FOUND);
    }
}
