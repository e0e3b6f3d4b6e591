package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleKeyTest {

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
        assertThat(new ConsoleKey(home).ensure()).isEmpty();
        String secret = Files.readString(key);
        String authorized = Files.readString(users);

        assertThat(new ConsoleKey(home).ensure()).isEmpty();
        assertThat(key).hasContent(secret);
        assertThat(users).hasContent(authorized);
        assertThat(authorized)
                .startsWith("launcher = " + Files.readString(publicKey).strip() + ",admin,");
    }

    @RepeatedTest(50)
    void shouldReadWhatItHasWritten() throws Exception {
        new ConsoleKey(home).ensure();
        KeyPair pair = ConsoleKey.read(key);

        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        byte[] signed = signature.sign();
        signature.initVerify(pair.getPublic());
        assertThat(signature.verify(signed)).isTrue();
        byte[] authorized =
                Base64.getDecoder().decode(Files.readString(publicKey).strip());
        ECPoint point = ((ECPublicKey) pair.getPublic()).getW();
        assertThat(new BigInteger(Arrays.copyOfRange(authorized, authorized.length - 64, authorized.length - 32)))
                .isEqualTo(point.getAffineX());
        assertThat(new BigInteger(Arrays.copyOfRange(authorized, authorized.length - 32, authorized.length)))
                .isEqualTo(point.getAffineY());
    }

    @Test
    void shouldReplaceAKeyOfAnEarlierVersion() throws IOException {
        Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");

        assertThat(new ConsoleKey(home).ensure())
                .hasValueSatisfying(warning ->
                        assertThat(warning).contains(key.toString(), "in the format that this version writes"));
        assertThat(ConsoleKey.read(key).getPrivate()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n"})
    void shouldReplaceADamagedKeyPair(String damaged) throws IOException {
        Files.writeString(key, damaged);

        assertThat(new ConsoleKey(home).ensure())
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
        new ConsoleKey(home).ensure();
        String before = Files.readString(publicKey);
        Files.write(publicKey, new byte[] {(byte) 0xff, 0});

        assertThat(new ConsoleKey(home).ensure()).isEmpty();
        assertThat(publicKey).hasContent(before);
    }

    @Test
    void shouldKeepOtherAuthorizedKeys() throws IOException {
        Files.write(users, new byte[] {'x', '=', (byte) 0xff, '\n'}); // not UTF-8

        new ConsoleKey(home).ensure();

        assertThat(Files.readAllLines(users, java.nio.charset.StandardCharsets.ISO_8859_1))
                .hasSize(2)
                .first()
                .isEqualTo("x=\u00ff");
    }
}
