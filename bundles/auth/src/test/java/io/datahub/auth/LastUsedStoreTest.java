package io.datahub.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.auth.users.StoredCredential;
import io.datahub.auth.users.StoredCredential.Kind;
import io.datahub.auth.users.Users;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastUsedStoreTest {

    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-23T10:00:00.9Z"), ZoneOffset.UTC);
    private static final String CI = StoredCredential.name(Kind.TOKEN, Samples.sha256(Samples.CI_TOKEN));
    private static final String ROOT = StoredCredential.name(Kind.TOKEN, Samples.sha256(Samples.ROOT_TOKEN));

    @TempDir
    private Path home;

    private LastUsedStore lastUsed() {
        return new LastUsedStore(() -> home, Optional.empty(), CLOCK);
    }

    private Path file() {
        return home.resolve("state/users.last-used");
    }

    @Test
    void shouldRestoreUsesToTheSecondAfterARestart() throws Exception {
        LastUsedStore lastUsed = lastUsed();
        lastUsed.used(CI);
        Samples.save(lastUsed, Samples.read(Samples.users(Samples.ci(""))));

        assertThat(lastUsed.of(CI)).contains(Instant.parse("2026-11-23T10:00:00Z"));
        assertThat(lastUsed().of(CI)).contains(Instant.parse("2026-11-23T10:00:00Z"));
        assertThat(lastUsed().of(ROOT)).isEmpty();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
                .isEqualTo("rw-------");
    }

    @Test
    void shouldRemoveCredentialsThatNoLongerExist() throws Exception {
        LastUsedStore lastUsed = lastUsed();
        lastUsed.used(CI);
        lastUsed.used(ROOT);

        Samples.save(lastUsed, Samples.read(Samples.users("")));

        assertThat(lastUsed.of(CI)).isEmpty();
        assertThat(lastUsed().of(ROOT)).isPresent();
    }

    @Test
    void shouldKeepEverythingWhileThereAreNoUsers() throws Exception {
        LastUsedStore lastUsed = lastUsed();
        lastUsed.used(CI);

        Samples.save(lastUsed, Users.EMPTY);

        assertThat(lastUsed.of(CI)).isPresent();
        assertThat(file()).doesNotExist();
    }

    @Test
    void shouldStartEmptyWhenTheFileIsCorrupt() throws Exception {
        Files.createDirectories(file().getParent());
        for (String broken : new String[] {"x", "token:1 yesterday", "\u0000"}) {
            Files.writeString(file(), broken);
            assertThat(lastUsed().of("token:1")).isEmpty();
        }
    }

    @Test
    void shouldWriteNothingWhenNothingIsNew() throws Exception {
        Users users = Samples.read(Samples.users(""));
        LastUsedStore lastUsed = lastUsed();
        lastUsed.used(ROOT);
        Samples.save(lastUsed, users);
        Files.delete(file());

        lastUsed.used(ROOT);
        Samples.save(lastUsed, users);

        assertThat(file()).doesNotExist();
    }
}
