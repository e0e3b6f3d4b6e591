package io.datahub.ssh.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostKeyFilesTest {

    @TempDir
    private Path state;

    private List<KeyPair> load() throws Exception {
        return load(rsa -> {});
    }

    private List<KeyPair> load(Executor background) throws Exception {
        List<KeyPair> pairs = new ArrayList<>();
        new HostKeyFiles(state).load(background).loadKeys(null).forEach(pairs::add);
        return pairs;
    }

    @Test
    void theKeysAreGeneratedOnce() throws Exception {
        List<KeyPair> first = load(Runnable::run);
        List<KeyPair> second = load();
        assertThat(second).hasSize(2);
        for (int i = 0; i < 2; i++) {
            assertThat(second.get(i).getPublic()).isEqualTo(first.get(i).getPublic());
        }
        for (String type : List.of("ed25519", "rsa")) {
            Path file = state.resolve("ssh_host_" + type + "_key");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
            assertThat(Files.readString(Path.of(file + ".pub"))).startsWith("ssh-" + type + " ");
        }
    }

    @Test
    void aPublicKeyThatIsMissingIsWrittenAgain() throws Exception {
        load();
        Path file = state.resolve("ssh_host_ed25519_key.pub");
        String line = Files.readString(file);
        Files.delete(file);
        load();
        assertThat(file).content().isEqualTo(line);
    }

    @Test
    void aPublicKeyThatCannotBeWrittenDoesNotMatter() throws Exception {
        List<KeyPair> keys = load();
        Path file = state.resolve("ssh_host_ed25519_key.pub");
        Files.delete(file);
        Files.createDirectories(state.resolve(".partial-" + file.getFileName() + "/in-the-way"));
        assertThat(load().get(0).getPublic()).isEqualTo(keys.get(0).getPublic());
    }

    @Test
    void theKeysOfAClusterAreTakenOverAndThoseOfTheHubKept(@TempDir Path shared) throws Exception {
        KeyPair own = load().get(0);
        KeyPair ofCluster = new HostKeyFiles(shared)
                .load(rsa -> {})
                .loadKeys(null)
                .iterator()
                .next();
        for (int i = 0; i < 2; i++) {
            new HostKeyFiles(state).adopt(shared);
            assertThat(load().get(0).getPublic()).isEqualTo(ofCluster.getPublic());
        }
        Path file = state.resolve("ssh_host_ed25519_key");
        assertThat(Path.of(file + ".pub")).hasSameTextualContentAs(shared.resolve(file.getFileName() + ".pub"));
        Files.move(Path.of(file + ".own"), file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(load().get(0).getPublic()).isEqualTo(own.getPublic());
    }

    @Test
    void aDamagedKeyIsNamed() throws Exception {
        load();
        Path file = state.resolve("ssh_host_ed25519_key");
        Files.writeString(file, Files.readString(file).substring(0, 100));
        assertThatThrownBy(this::load)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("restore it, or remove it");
        Files.writeString(file, "");
        assertThatThrownBy(this::load).isInstanceOf(IllegalStateException.class).hasMessageContaining(file.toString());
    }
}
