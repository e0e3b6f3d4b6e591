package io.datahub.zeromq.curve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CurveKeyFilesTest {

    @TempDir
    private Path home;

    private CurveKeyPair load() {
        return new CurveKeyFiles(home.resolve("state")).load();
    }

    private Path file(String name) {
        return home.resolve("state").resolve(name);
    }

    private void assertRefusedWith(String... words) {
        assertThatIllegalStateException().isThrownBy(this::load).withMessageContainingAll(words);
    }

    @Test
    void shouldGenerateAPairOnceAndKeepIt() throws IOException {
        CurveKeyPair generated = load();

        assertThat(Files.readString(file("curve.pub")))
                .isEqualTo(generated + "\n")
                .hasSize(41);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("curve.key"))))
                .isEqualTo("rw-------");
        assertThat(CurveKeyPair.of(generated.secretKey()).publicKey()).isEqualTo(generated.publicKey());
        assertThat(load().secretKey()).isEqualTo(generated.secretKey());
        assertThat(load().publicKey()).isEqualTo(generated.publicKey());
        try (var files = Files.list(home.resolve("state"))) {
            assertThat(files).hasSize(2);
        }
    }

    @Test
    void shouldWriteThePublicKeyAgainAfterAnInterruptedStart() throws IOException {
        CurveKeyPair generated = load();
        Files.delete(file("curve.pub"));

        load();

        assertThat(Files.readString(file("curve.pub"))).isEqualTo(generated + "\n");
    }

    @Test
    void shouldRefuseKeysThatAreNoPair() throws IOException {
        load();
        Files.writeString(file("curve.pub"), CurveKeyPair.random() + "\n");

        assertRefusedWith("curve.pub contains another public key than", "remove curve.pub");
    }

    @Test
    void shouldRefuseAPublicKeyWithoutItsSecret() throws IOException {
        load();
        Files.delete(file("curve.key"));

        assertRefusedWith("with its secret key doesn't", "restore it");
    }

    @Test
    void shouldRefuseATruncatedKeyFile() throws IOException {
        load();
        String text = Files.readString(file("curve.key"));
        Files.writeString(file("curve.key"), text.substring(0, text.length() - 10));
        assertRefusedWith("no line secret-key", "restore it");

        Files.writeString(file("curve.key"), text.replaceAll("secret-key = \"..", "secret-key = \"~~"));
        assertRefusedWith("secret-key isn't valid Z85");

        Files.writeString(file("curve.key"), text.replaceAll("secret-key = \".....", "secret-key = \""));
        assertRefusedWith("isn't 40 characters long");
    }

    @Test
    void shouldTakeOverThePairOfTheClusterAndKeepItsOwn() throws IOException {
        CurveKeyPair own = load();
        Path other = Files.createDirectories(home.resolve("other"));
        CurveKeyPair shared = new CurveKeyFiles(other).load();
        CurveKeyFiles files = new CurveKeyFiles(home.resolve("state"));
        files.adopt(other);

        assertThat(files.load().secretKey()).isEqualTo(shared.secretKey());
        assertThat(Files.readString(file("curve.pub"))).isEqualTo(shared + "\n");
        assertThat(Files.readString(file("curve.key.own"))).contains(own.toString());
        files.adopt(other);
        files.adopt(home.resolve("none"));
        assertThat(files.load().secretKey()).isEqualTo(shared.secretKey());
        assertThat(Files.readString(file("curve.key.own"))).contains(own.toString());
    }
}
