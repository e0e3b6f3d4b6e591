package io.datahub.validators.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import io.datahub.test.Configurations;
import io.datahub.validators.support.Settings;
import io.datahub.validators.support.StagedBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CommandValidatorTest {

    @TempDir
    private Path home;

    private Path script(String body) throws IOException {
        Path script = Files.writeString(home.resolve("judge.sh"), "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }

    private CommandValidator validator(String command, Object... settings) throws IOException {
        Object[] all = Arrays.copyOf(settings, settings.length + 4);
        all[settings.length] = "paths";
        all[settings.length + 1] = Settings.allPaths();
        all[settings.length + 2] = "command";
        all[settings.length + 3] = command;
        return new CommandValidator(
                Configurations.of(CommandConfiguration.class, all), () -> home, Map.of("service.pid", "x~y/z"));
    }

    private static Verdict validate(CommandValidator validator, String path, String text)
            throws IOException, InterruptedException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return validator.validate(
                new StagedBytes(RecordPath.of(path), bytes.length, () -> new ByteArrayInputStream(bytes)));
    }

    @AfterEach
    void shouldDeleteRunDirectories() throws IOException {
        Path commands = home.resolve("state/commands");
        if (Files.exists(commands)) {
            try (Stream<Path> remaining = Files.walk(commands)) {
                assertThat(remaining.filter(
                                file -> file.getFileName().toString().startsWith("run")))
                        .isEmpty();
            }
        }
    }

    @Test
    void shouldAcceptOnStatusZero() throws Exception {
        assertThat(validate(validator("/bin/true"), "a", "").accepted()).isTrue();
    }

    @Test
    void shouldRefuseOnStatusOneWithTheOutputLinesAsViolations() throws Exception {
        Verdict verdict = validate(
                validator(script("echo '3:4: no cheese'; echo; echo '7: no ham'; echo plainly no; exit 1")
                        .toString()),
                "a",
                "");

        assertThat(verdict.violations())
                .containsExactly(
                        Violation.at(3, 4, "no cheese"), Violation.at(7, 0, "no ham"), Violation.of("plainly no"));
        assertThat(validate(validator("/bin/false"), "a", "").accepted()).isFalse();
    }

    @Test
    void shouldCaptureTheOutputOutsideTheWorkingDirectory() throws Exception {
        Verdict verdict = validate(validator(script("ls -A; exit 1").toString()), "a", "");
        assertThat(verdict.violations()).containsExactly(Violation.of("record"));

        Verdict afterDeletion =
                validate(validator(script("echo no; rm -rf ./*; exit 1").toString()), "a", "");
        assertThat(afterDeletion.violations()).containsExactly(Violation.of("no"));
    }

    @Test
    void shouldDeleteFilesWithoutPermissions() throws Exception {
        Path script = script("mkdir -p deep/er; touch deep/er/file; chmod 000 deep/er deep .");
        assertThat(validate(validator(script.toString()), "a", "").accepted()).isTrue();
    }

    @Test
    void shouldFailWhileItsDirectoryIsNotWritableAndRecoverAfterwards() throws Exception {
        CommandValidator validator = validator("/bin/true");
        Path folder = home.resolve("state/commands/x_y_z");
        Files.delete(folder);
        Files.createFile(folder);
        assertThatThrownBy(() -> validate(validator, "a", ""))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("x_y_z for its program isn't writable");

        Files.delete(folder);
        Files.createDirectory(folder);
        assertThat(validate(validator, "a", "").accepted()).isTrue();
    }

    @Test
    void shouldFailOnAnyOtherStatusAndReportTheErrorOutput() throws IOException {
        CommandValidator validator =
                validator(script("echo out of cheese >&2; exit 3").toString());

        assertThatThrownBy(() -> validate(validator, "a", ""))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("status 3: out of cheese");
    }

    @Test
    void shouldRefuseOnConfiguredStatusesAndReportTheErrorOutput() throws Exception {
        CommandValidator validator = validator(
                script("echo \"$1: line 1: no good\" >&2; exit 2") + " {file}", "refusals", new String[] {"1, 2"});

        assertThat(validate(validator, "a/b.sh", "").violations())
                .containsExactly(Violation.of("a/b.sh: line 1: no good"));
        assertThatThrownBy(() -> validator("/bin/true", "refusals", new String[] {"0"}))
                .hasMessageContaining("refusals has \"0\"");
    }

    @Test
    void shouldFailWhenTheProgramIsKilled() throws IOException {
        CommandValidator validator = validator(script("kill -9 $$").toString());

        assertThatThrownBy(() -> validate(validator, "a", "")).hasMessageContaining("status 137");
    }

    @Test
    void shouldPassTheRecordAsAFileAndAsStandardInput() throws Exception {
        CommandValidator validator = validator(script("cat \"$1\"; cat; exit 1") + " {file}");

        assertThat(validate(validator, "a", "moo\n").violations())
                .containsExactly(Violation.of("moo"), Violation.of("moo"));
    }

    @Test
    void shouldSubstitutePlaceholdersWithoutAShell() throws Exception {
        CommandValidator validator =
                validator(script("printf '%s\\n' \"$@\"; exit 1") + " {path} \"a {user} b\" x{size}x {sha256}");

        assertThat(validate(validator, "b/$(id) `id` ; \"x\"", "four").violations())
                .extracting(Violation::message)
                .containsExactly("b/$(id) `id` ; \"x\"", "a somebody b", "x4x");
    }

    @Test
    void shouldPrefixARecordNameThatLooksLikeAnOption() throws Exception {
        CommandValidator validator = validator(script("echo \"$1\"; exit 1") + " {path}");

        assertThat(validate(validator, "--help", "").violations()).containsExactly(Violation.of("./--help"));
    }

    @Test
    void shouldRunTheProgramInACleanEnvironment() throws Exception {
        CommandValidator validator =
                validator("/usr/bin/env", "environment", new String[] {"RULES=strict, A=b=c"}, "name", "env");
        CommandValidator refusing =
                validator(script("env; exit 1").toString(), "environment", new String[] {"RULES=strict, A=b=c"});

        assertThat(validate(validator, "a", "").accepted()).isTrue();
        assertThat(validate(refusing, "x/y", "").violations())
                .extracting(Violation::message)
                .contains("RULES=strict", "A=b=c", "DATAHUB_PATH=x/y", "DATAHUB_USER=somebody", "LANG=C.UTF-8")
                .noneMatch(line -> line.startsWith("JAVA") || line.startsWith("MAVEN"));
    }

    @Test
    void shouldKillAProgramThatTakesTooLong() throws IOException {
        CommandValidator validator = validator("/bin/sleep 600", "timeoutMillis", 100L);

        assertThatThrownBy(() -> validate(validator, "a", "")).hasMessageContaining("longer than 100 ms");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/usr/bin/yes", "/bin/dd if=/dev/zero of=/dev/stderr"})
    void shouldKillAProgramThatWritesTooMuch(String command) throws IOException {
        CommandValidator validator = validator(command, "maxOutputBytes", 10_000L);

        assertThatThrownBy(() -> validate(validator, "a", "")).hasMessageContaining("more than 10000 bytes");
    }

    @Test
    void shouldKillDescendantsOfTheProgram() throws Exception {
        Path pids = home.resolve("pids");
        CommandValidator validator = validator(
                script("setsid sleep 600 & echo $! > " + pids + "\n(sleep 600 & echo $! >> " + pids + ")\nexit 0")
                        .toString());

        assertThat(validate(validator, "a", "").accepted()).isTrue();

        for (String pid : Files.readAllLines(pids)) {
            ProcessHandle.of(Long.parseLong(pid.strip()))
                    .ifPresent(remaining ->
                            remaining.onExit().orTimeout(10, TimeUnit.SECONDS).join());
        }
    }

    @Test
    void shouldKillTheProgramIfTheValidationIsInterrupted() throws Exception {
        CommandValidator validator = validator(
                script("touch " + home.resolve("begun") + "; sleep 600").toString());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                validate(validator, "a", "");
            } catch (Throwable e) {
                thrown.set(e);
            }
        });
        thread.start();
        await().until(() -> Files.exists(home.resolve("begun")));

        thread.interrupt();
        thread.join(30_000);

        assertThat(thread.isAlive()).isFalse();
        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    }

    @Test
    void shouldNotLetTheProgramChangeTheRecord() throws Exception {
        CommandValidator validator = validator(script("rm -f \"$1\"; echo changed > \"$1\"") + " {file}");

        assertThat(validate(validator, "a", "moo").accepted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "true", "/no/such/program", "/tmp", "/bin/true \"a", "/bin/true {flie}", "/bin/true a\"b"})
    void shouldRejectAnInvalidCommand(String command) {
        assertThatThrownBy(() -> validator(command))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("command");
    }
}
