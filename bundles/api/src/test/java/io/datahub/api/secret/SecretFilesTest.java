package io.datahub.api.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFilesTest {

    @TempDir
    Path folder;

    @Test
    void shouldReadTheTextOfAFileEachTime() throws IOException {
        SecretFiles secrets = new SecretFiles(folder.toString());
        assertThat(secrets.text("password")).isEmpty();
        Files.writeString(folder.resolve("password"), "first\n");
        assertThat(secrets.text("password")).contains("first");
        Files.writeString(folder.resolve("password"), "second");
        assertThat(secrets.required("password")).isEqualTo("second");
        assertThat(secrets.file("password")).contains(folder.resolve("password"));
    }

    @Test
    void shouldHaveNoSecretsWithoutAFolder() throws IOException {
        SecretFiles secrets = new SecretFiles(" ");
        assertThat(secrets.text("password")).isEmpty();
        assertThat(secrets.file("password")).isEmpty();
        assertThat(secrets.trusting("ca.pem")).isEmpty();
        assertThatThrownBy(() -> secrets.required("password"))
                .isInstanceOf(IOException.class)
                .hasMessage("there is no file password in the folder of the key secrets, which isn't set");
    }

    @Test
    void shouldSayWhichSecretIsMissing() {
        assertThatThrownBy(() -> new SecretFiles(folder.toString()).required("password"))
                .hasMessage("there is no file password in " + folder);
    }

    @Test
    void shouldTrustTheAuthoritiesOfAFile() throws IOException, InterruptedException {
        keytool("-genkeypair", "-keyalg", "EC", "-dname", "CN=ca");
        keytool("-exportcert", "-rfc", "-file", "ca.pem");
        assertThat(new SecretFiles(folder.toString()).trusting("ca.pem")).isPresent();
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(System.getProperty("java.home") + "/bin/keytool"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-alias", "ca", "-keystore", "keys", "-storepass", "secret"));
        assertThat(new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void shouldRefuseAFileWithoutCertificates() throws IOException {
        Files.writeString(folder.resolve("ca.pem"), "not a certificate");
        assertThatThrownBy(() -> new SecretFiles(folder.toString()).trusting("ca.pem"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(folder.resolve("ca.pem") + " must contain certificates in PEM: ");
        Files.writeString(folder.resolve("ca.pem"), "");
        assertThatThrownBy(() -> new SecretFiles(folder.toString()).trusting("ca.pem"))
                .hasMessageContaining("must contain certificates in PEM: it contains none");
    }
}
