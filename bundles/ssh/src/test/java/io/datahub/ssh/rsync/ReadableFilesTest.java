package io.datahub.ssh.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.path.RecordPath;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.TestUsers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ReadableFilesTest {

    private static final Path FILES = Path.of("/store");

    private final MemoryRecordStore store = new MemoryRecordStore();

    ReadableFilesTest() {
        for (String path : List.of("a/b/1", "a/b/2", "a/c/3", "d/4", "5", "broker_users.xml")) {
            store.put(path, path);
        }
    }

    private List<String> parts(String path, Object... grants) throws IOException {
        User user = new TestUsers().with("u", grants).login("u").user();
        return parts(user, path);
    }

    private List<String> parts(User user, String path) throws IOException {
        return new ReadableFiles(FILES, new VisibleRecords(store, user))
                .below(RecordPath.of(path)).stream()
                        .peek(part ->
                                assertThat(part.from()).isEqualTo(part.path().under(FILES)))
                        .map(part -> part.path().toString())
                        .toList();
    }

    @Test
    void shouldBeOneDirectoryWhenAllOfItMayBeRead() throws IOException {
        assertThat(parts("a", Action.READ, "a/")).containsExactly("a");
        assertThat(parts("a/b", Action.READ, "a/")).containsExactly("a/b");
        assertThat(parts("a", Action.READ, "")).containsExactly("a");
    }

    @Test
    void shouldHaveOnlyWhatMayBeRead() throws IOException {
        assertThat(parts("a", Action.READ, "a/b/")).containsExactly("a/b");
        assertThat(parts("a", Action.READ, "a/b/1")).containsExactly("a/b/1");
        assertThat(parts("a", Action.READ, "a/b/1", Action.READ, "a/b/")).containsExactly("a/b");
        assertThat(parts("a", Action.READ, "a/c/", Action.READ, "a/b/2")).containsExactly("a/c", "a/b/2");
        assertThat(parts("a", Action.READ, "d/")).isEmpty();
        assertThat(parts("a", Action.WRITE, "a/")).isEmpty();
        assertThat(parts("a", Action.READ, "a/none/", Action.READ, "a/b/none")).isEmpty();
        assertThat(parts("a", Action.READ, "a//x/", Action.READ, "a/../d/")).isEmpty();
    }

    @Test
    void shouldHaveOneRecord() throws IOException {
        assertThat(parts("a/b/1", Action.READ, "a/b/1")).containsExactly("a/b/1");
        assertThat(parts("5", Action.READ, "")).containsExactly("5");
        assertThat(parts("a/b/1", Action.READ, "a/c/")).isEmpty();
    }

    @Test
    void shouldHaveTheDirectoryOfARecordWhenAllOfItMayBeRead() throws IOException {
        assertThat(parts("a/b/1", Action.READ, "a/")).containsExactly("a/b");
    }

    @Test
    void shouldNotHaveTheRootItself() throws IOException {
        assertThat(parts("", Action.READ, "")).containsExactly("5", "a", "d");
        assertThat(parts(new User("admin", Set.of(User.ADMIN), List.of()), ""))
                .containsExactly("5", "a", "broker_users.xml", "d");
        assertThat(parts("", Action.READ, "a/b/", Action.READ, "5")).containsExactly("5", "a/b");
    }

    @Test
    void shouldHaveNothingRatherThanTooMuchForACommand() throws IOException {
        for (int i = 0; i < 300; i++) {
            store.put("many-" + i, "x");
        }
        Object[] grants = IntStream.range(0, 300)
                .boxed()
                .flatMap(i -> Stream.of(Action.READ, "many-" + i))
                .toArray();
        assertThat(parts("", grants)).isEmpty();
        assertThat(parts("", Action.READ, "")).as("all may be read").containsExactly("");
    }
}
