package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.datahub.client.CurveKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurveKeyCommandTest {

    @TempDir
    private Path folder;

    @Test
    void shouldPrintBothKeysAndTheLineForTheUsersFile() throws CommandFailure {
        List<String> lines = new CurveKeyCommand().generate();
        CurveKeys keys = CurveKeys.ofSecret(lines.get(1).substring("secret key  ".length()));

        assertThat(lines.get(0)).isEqualTo("public key  " + keys.publicKey());
        assertThat(lines.get(3)).isEqualTo(keys.usersFileLine());
    }

    @Test
    void shouldWriteTheSecretKeyToAFileOnlyTheOwnerCanRead() throws IOException, CommandFailure {
        Path file = folder.resolve("client.key");
        List<String> lines = new CurveKeyCommand(file.toString()).generate();

        CurveKeys keys = CurveKeys.ofSecret(Files.readString(file));
        assertThat(lines.get(0)).contains(keys.publicKey());
        assertThat(String.join("\n", lines)).doesNotContain(keys.secretKey());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void shouldNotOverwriteAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("client.key"), "old");

        assertThatExceptionOfType(CommandFailure.class)
                .isThrownBy(() -> new CurveKeyCommand(file.toString()).generate())
                .withMessageContaining("already exists");
        assertThat(file).hasContent("old");
    }
}
