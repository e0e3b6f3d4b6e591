package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ConsoleTest {

    @Test
    void shouldUseASingleWordAsTheWholeCommandLine() {
        assertThat(Console.commandLine("bundle:list | grep 'a b'")).isEqualTo("bundle:list | grep 'a b'");
    }

    @Test
    void shouldQuoteSeveralWords() {
        assertThat(Console.commandLine("echo", "a b", "it's", "$c", "100%", "`", "\\", ""))
                .isEqualTo("echo 'a b' 'it'\\''s' '$c' '100%' '`' ''\\\\'' ''");
    }

    @Test
    void shouldRemoveColors() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream plain = new PlainOutput(bytes)) {
            plain.write("\u001b[31;1mrot\u001b[0m grün".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("rot grün");
    }
}
