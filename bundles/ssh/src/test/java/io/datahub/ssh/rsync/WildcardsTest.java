package io.datahub.ssh.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Action;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.TestUsers;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WildcardsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a/* | ./a/1.txt ./a/2.bin ./a/d",
                "a/*.txt | ./a/1.txt",
                "a/?.b* | ./a/2.bin",
                "*/*.txt | ./a/1.txt",
                "a/*/ | ./a/1.txt/ ./a/2.bin/ ./a/d/",
                "a/.* | ./a/.hidden",
                "x* | ./x*",
                "s* | ./s*",
                "none* | ./none*",
                "a/1.txt | ./a/1.txt"
            })
    void shouldExpandAsAShellDoes(String path, String expected) throws IOException {
        MemoryRecordStore store = new MemoryRecordStore();
        for (String each : List.of("a/1.txt", "a/2.bin", "a/d/3.txt", "a/.hidden", "x*", "xy", "secret/4")) {
            store.put(each, each);
        }
        VisibleRecords records = new VisibleRecords(
                store,
                new TestUsers()
                        .with("u", Action.READ, "a/", Action.READ, "x*", Action.READ, "xy")
                        .login("u")
                        .user());
        assertThat(new Wildcards(records)
                        .expand(RsyncPath.parse(path).get()).stream()
                                .map(RsyncPath::written)
                                .toList())
                .containsExactly(expected.split(" "));
    }
}
