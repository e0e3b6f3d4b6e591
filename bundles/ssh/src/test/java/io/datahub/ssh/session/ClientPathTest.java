package io.datahub.ssh.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.path.RecordPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientPathTest {

    @ParameterizedTest
    @CsvSource({
        "/a/b, a/b",
        "a/b, a/b",
        "./a/./b/, a/b",
        "~/a, a",
        "../../etc/passwd, etc/passwd",
        "/a/../../b, b",
        "//a, a",
        "~a, ~a"
    })
    void staysBelowTheRoot(String text, String path) {
        assertThat(ClientPath.parse(text).get()).isEqualTo(RecordPath.of(path));
    }

    @Test
    void theRootHasManyNames() {
        for (String text : new String[] {"", "/", ".", "~", "~/", "..", "/../.."}) {
            assertThat(ClientPath.parse(text).get()).isEqualTo(RecordPath.ROOT);
        }
    }

    @Test
    void whatCantBeARecordIsRefused() {
        assertThat(ClientPath.parse("a\0b").isRefused()).isTrue();
    }
}
