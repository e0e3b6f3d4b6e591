package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleKeyTest {

    private static final int BITS = 1_024; // fast to generate

    @TempDir
    Path root;

    private HubHome home;
    private Path key;
    private Path publicKey;
    private Path users;

    @BeforeEach
    void prepare() throws CommandFailure {
        home = new HubHome(root);
        home.prepare();
        key = home.state().resolve("console.key");
        publicKey = home.state().resolve("console.pub");
        users = home.etc().resolve("keys.properties");
    }

    @Test
    void shouldKeepAnExistingKeyPair() throws IOException {
        assertThat(new ConsoleKey(home, BITS).ensure()).isEmpty();
        String secret = Files.readString(key);
        String authorized = Files.readString(users);

        assertThat(new ConsoleKey(home, BITS).ensure()).isEmpty();
        assertThat(key).hasContent(secret);
        assertThat(users).hasContent(authorized);
        assertThat(authorized)
                .startsWith("launcher = " + Files.readString(publicKey).strip() + ",admin,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"})
    void shouldReplaceADamagedKeyPair(String damaged) throws IOException {
        Files.writeString(key, damaged);

        assertThat(new ConsoleKey(home, BITS).ensure())
                .hasValueSatisfying(warning -> assertThat(warning)
                        .contains(
                                key.toString(),
                                damaged.isBlank() ? "it is empty" : "it is damaged",
                                "generated again"));
        assertThat(ConsoleKey.read(key).getPrivate()).isNotNull();
        assertThat(Files.readString(users))
                .startsWith("launcher = " + Files.readString(publicKey).strip() + ",admin,");
        assertThat(Files.readAllLines(users)).hasSize(1);
    }

    @Test
    void shouldRewriteADamagedPublicKey() throws IOException {
        new ConsoleKey(home, BITS).ensure();
        String before = Files.readString(publicKey);
        Files.write(publicKey, new byte[] {(byte) 0xff, 0});

        assertThat(new ConsoleKey(home, BITS).ensure()).isEmpty();
        assertThat(publicKey).hasContent(before);
    }

    @Test
    void shouldKeepOtherAuthorizedKeys() throws IOException {
        Files.write(users, new byte[] {'x', '=', (byte) 0xff, '\n'}); // not UTF-8

        new ConsoleKey(home, BITS).ensure();

        assertThat(Files.readAllLines(users, java.nio.charset.StandardCharsets.ISO_8859_1))
                .hasSize(2)
                .first()
                .isEqualTo("x=\u00ff");
    }
}
