package io.datahub.console.shell;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {

    private final Table table = new Table("name", "size", "ready", "paths")
            .row("a \"b\"", 3, true, List.of("x", "y"))
            .row("grün", 4L, false, List.of());

    @Test
    void shouldKeepTypesInJson() {
        assertThat(table.toJson())
                .isEqualTo("[{\"name\":\"a \\\"b\\\"\",\"size\":3,\"ready\":true,\"paths\":[\"x\",\"y\"]},"
                        + "{\"name\":\"grün\",\"size\":4,\"ready\":false,\"paths\":[]}]");
        assertThat(table.toJsonLines()).hasLineCount(2);
    }

    @Test
    void shouldPrintAlignedColumns() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        table.print(new PrintStream(bytes, true, UTF_8));
        assertThat(bytes.toString(UTF_8)).contains("name", "a \"b\"", "x, y", "grün");
    }

    @Test
    void shouldShowThatThereAreNoRows() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new Table("name").print(new PrintStream(bytes, true, UTF_8));
        assertThat(bytes.toString(UTF_8)).contains("(none)");
        assertThat(new Table("name").toJson()).isEqualTo("[]");
    }
}
