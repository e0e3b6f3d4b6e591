package io.datahub.ssh.rsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.Listing;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import io.datahub.ssh.session.CommandThreads;
import io.datahub.ssh.session.SshServices;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.TransferMetrics;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryRecordStore;
import io.datahub.test.memory.TestUsers;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.server.command.Command;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transfers by the real rsync, whose remote shell is a script that is connected to the command here by named pipes. */
@Timeout(60)
class RsyncTransferTest {

    private static final Instant TIME = Instant.parse("2020-01-02T03:04:05Z");
    private static final String SEARCH_PATH = "/usr/local/bin:/usr/bin:/bin";

    private final MemoryRecordStore store = new MemoryRecordStore();
    private final TestUsers users =
            new TestUsers().with("u", Action.READ, "a/", Action.WRITE, "a/", Action.CREATE, "new/");
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @TempDir
    Path folder;

    private Path local;
    private Path script;
    private SshSession session;
    private RsyncHandler handler;

    /** What a run of the client gave. */
    private record Outcome(int status, String output) {}

    @BeforeEach
    void prepare() throws IOException {
        assumeTrue(!new RsyncProgram(SEARCH_PATH).find().isRefused(), "needs rsync 3.5 and bubblewrap");
        local = Files.createDirectories(folder.resolve("local"));
        script = Files.writeString(folder.resolve("rsh"), """
                #!/bin/sh
                cd "$DIR" && shift && mkfifo in out err exit && printf %s "$*" > command.new && mv command.new command
                cat err >&2 & messages=$!
                exec 3<&0; cat <&3 > in 2>/dev/null &
                cat out
                status=$(cat exit)
                wait $messages
                exit $status
                """);
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        session = session("u");
        handler = new RsyncHandler(folder.resolve("state"), SEARCH_PATH, Optional.empty());
    }

    private SshSession session(String user) {
        return new SshSession(
                new SshServices(
                        store,
                        null,
                        new MemoryBroker(new MemoryBroker.Limits(10, 1L << 20, 1 << 20, 10)),
                        users.memory,
                        () -> folder,
                        null, // they are for SFTP
                        new CommandThreads(threads, 100),
                        threads,
                        new TransferMetrics()),
                users.login(user, "ssh"),
                reason -> {});
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private Outcome rsync(String... arguments) throws Exception {
        Path pipes = Files.createTempDirectory(folder, "pipes");
        List<String> words = new ArrayList<>(List.of("rsync", "-e", script.toString()));
        words.addAll(List.of(arguments));
        Path output = pipes.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(local.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("DIR", pipes.toString());
        Process client = builder.start();
        while (!Files.exists(pipes.resolve("command"))) {
            if (client.waitFor(1, TimeUnit.MILLISECONDS)) {
                return new Outcome(client.exitValue(), Files.readString(output));
            }
        }
        Command command = handler.command(session, Files.readString(pipes.resolve("command")))
                .orElseThrow();
        CompletableFuture<Integer> ended = new CompletableFuture<>();
        try (var error = Files.newOutputStream(pipes.resolve("err"));
                var input = Files.newInputStream(pipes.resolve("in"));
                var out = Files.newOutputStream(pipes.resolve("out"))) {
            assertThat(command).isInstanceOf(RsyncCommand.class);
            command.setInputStream(input);
            command.setOutputStream(out);
            command.setErrorStream(error);
            command.setExitCallback((status, message, closes) -> ended.complete(status));
            command.start(null, null);
            ended.get(30, TimeUnit.SECONDS);
        }
        Files.writeString(pipes.resolve("exit"), ended.get().toString());
        assertThat(client.waitFor(30, TimeUnit.SECONDS)).isTrue();
        Path transfers = folder.resolve("state/rsync");
        if (Files.exists(transfers)) {
            assertThat(transfers).isEmptyDirectory();
        }
        return new Outcome(client.exitValue(), Files.readString(output));
    }

    private void local(String path, String text) throws IOException {
        local(path, text.getBytes(StandardCharsets.UTF_8), TIME);
    }

    private void local(String path, byte[] bytes, Instant time) throws IOException {
        Path file = local.resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        Files.setLastModifiedTime(file, FileTime.from(time));
    }

    private List<Change> changes() {
        return store.journal().newest(User.HUB, "", 1_000).changes();
    }

    private Listing.Entry entry(String path) throws IOException {
        return store.stat(User.HUB, RecordPath.of(path)).get();
    }

    private String text(String path) throws IOException {
        try (var reading = store.open(User.HUB, RecordPath.of(path)).get();
                var bytes = reading.stream()) {
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private boolean exists(String path) throws IOException {
        return !store.stat(User.HUB, RecordPath.of(path)).isRefused();
    }

    @Test
    void shouldStoreATreeAndThenNothing() throws Exception {
        local("src/1", "one");
        local("src/d/ä b", "two");
        Files.createDirectories(local.resolve("src/empty"));
        Outcome first = rsync("-a", "src/", "hub:a/deep/");
        assertThat(first).isEqualTo(new Outcome(0, ""));
        assertThat(entry("a/deep/d/ä b").clientModified()).contains(TIME);
        assertThat(entry("a/deep/empty").directory()).isTrue();
        assertThat(changes()).hasSize(2);
        for (String options : List.of("-a", "-aHAX", "-rlptgoD", "-rt", "-ac", "-aI", "-az", "-aR")) {
            Outcome again = rsync(options, "--stats", "src/./", "hub:a/deep/");
            assertThat(again.status()).as(options + again.output()).isZero();
            assertThat(changes()).as(options).hasSize(2);
        }
        assertThat(rsync("-a", "--stats", "src/", "hub:a/deep").output()).contains("files transferred: 0");
        assertThat(rsync("-a", "--stats", "src/1", "hub:a/deep/1").output()).contains("files transferred: 0");
        assertThat(rsync("-a", "--stats", "src/1", "hub:a/deep").output()).contains("files transferred: 0");
        assertThat(changes()).hasSize(2);
    }

    @Test
    void shouldNeverStoreWhatWasOnlyPreparedForTheComparison() throws Exception {
        local("src/1", "one");
        rsync("-a", "src/", "hub:a/");
        Files.setPosixFilePermissions(local.resolve("src/1"), PosixFilePermissions.fromString("rwxrwxrwx"));
        for (String options : List.of("-a", "-aA", "-aX", "-aE", "-a@2", "-aJ", "-aO")) {
            assertThat(rsync(options, "src/", "hub:a/").status()).as(options).isZero();
        }
        assertThat(changes()).hasSize(1);
        local("src/1", "two".getBytes(StandardCharsets.UTF_8), TIME.plusSeconds(1));
        assertThat(rsync("-a", "src/", "hub:a/").status()).isZero();
        assertThat(changes()).hasSize(2);
        assertThat(text("a/1")).isEqualTo("two");
    }

    @Test
    void shouldKeepTheBytesOfUnchangedFilesWhateverIsComparedBesides() throws Exception {
        local("src/1", "one");
        rsync("-a", "src/", "hub:a/");
        Files.createLink(local.resolve("src/2"), local.resolve("src/1"));
        Files.setAttribute(local.resolve("src/1"), "user:note", "x".getBytes(StandardCharsets.UTF_8));
        Files.setPosixFilePermissions(local.resolve("src/1"), PosixFilePermissions.fromString("rwxrwxrwx"));
        for (String options : List.of("-rA", "-rX", "-rtA@2", "-aH", "-aHAX", "-rHX", "-aHA@2")) {
            local("src/1", "one".getBytes(StandardCharsets.UTF_8), TIME.plusSeconds(options.contains("@") ? 1 : 0));
            Outcome outcome = rsync(
                    options.replace("@2", ""), options.contains("@") ? "--modify-window=2" : "-v", "src/", "hub:a/");
            assertThat(outcome.status()).as(options + outcome.output()).isZero();
            assertThat(text("a/1")).as(options).isEqualTo("one");
        }
        assertThat(text("a/2")).isEqualTo("one");
        assertThat(changes()).hasSize(2);
    }

    @Test
    void shouldNotCopyWhatNobodyMayRead() throws Exception {
        Path times = Files.createDirectories(folder.resolve("times"));
        Path written = Files.createDirectories(folder.resolve("written"));
        store.put("a/1", "one");
        VisibleRecords records =
                new VisibleRecords(store, users.login("u", "ssh").user());
        new SizesAndTimes(times, (path, time) -> false).addBelow(records, RecordPath.of("a"), true);
        RsyncProgram.Found program = new RsyncProgram(SEARCH_PATH).find().get();
        Sandbox sandbox = program.sandbox().reading(times, Sandbox.TIMES).writing(written, Sandbox.WRITTEN);
        List<String> command = sandbox.run(program.rsync(), List.of("-r", Sandbox.TIMES + "/", Sandbox.WRITTEN + "/"));
        Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
        assertThat(new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .contains("Permission denied");
        assertThat(run.waitFor()).isEqualTo(23);
        assertThat(written.resolve("a")).isEmptyDirectory();
    }

    @Test
    void shouldOnlySetTheTimeOfTouchedFiles() throws Exception {
        local("1", "one");
        rsync("-t", "1", "hub:a/");
        local("1", "one".getBytes(StandardCharsets.UTF_8), TIME.plusSeconds(60));
        assertThat(rsync("-t", "1", "hub:a/").status()).isZero();
        assertThat(changes()).hasSize(1);
        assertThat(entry("a/1").clientModified()).contains(TIME.plusSeconds(60));
    }

    @Test
    void shouldStoreWhatIsGoodAndTellWhatIsRefused() throws Exception {
        store.addValidator(
                new ValidatorId("test", "1"),
                "a/**",
                candidate ->
                        candidate.path().name().equals("bad") ? Verdict.refuse(3, 0, "it is bad") : Verdict.accept());
        for (int i = 0; i < 9; i++) {
            local("src/good-" + i, "good");
        }
        local("src/bad", "bad");
        Outcome outcome = rsync("-a", "src/", "hub:a/");
        assertThat(outcome.status()).isEqualTo(23);
        assertThat(outcome.output()).contains("datahub: a/bad refused by validator test: line 3: it is bad\n");
        assertThat(changes()).hasSize(10);
        assertThat(changes().stream().filter(each -> each.type() == Change.Type.REJECTED))
                .hasSize(1);
    }

    @Test
    void shouldLeaveOutLinksAndSpecialFiles() throws Exception {
        local("src/1", "one");
        Files.createSymbolicLink(local.resolve("src/link"), Path.of("/etc/passwd"));
        new ProcessBuilder("mkfifo", local.resolve("src/pipe").toString())
                .start()
                .waitFor();
        Outcome outcome = rsync("-a", "src/", "hub:a/");
        assertThat(outcome.status()).isZero();
        assertThat(outcome.output()).contains("a/link left out: the hub has no links");
        assertThat(changes()).hasSize(1);
    }

    @Test
    void shouldRefuseWhatIsNotGranted() throws Exception {
        local("1", "one");
        Outcome outcome = rsync("-t", "1", "hub:other/");
        assertThat(outcome.status()).isNotZero();
        assertThat(outcome.output()).contains("datahub: you have no grant to create or replace anything at /other");
        assertThat(rsync("-t", "1", "hub:new/").status()).isZero();
        local("1", "two!");
        Outcome again = rsync("-t", "1", "hub:new/");
        assertThat(again.status()).isEqualTo(23);
        assertThat(again.output()).contains("datahub: new/1 refused: ");
    }

    @Test
    void shouldStoreTheOnlyRecordThatIsGranted() throws Exception {
        users.with("dropper", Action.CREATE, "drop/x.txt");
        session = session("dropper");
        local("1", "one");
        Outcome outcome = rsync("-t", "1", "hub:drop/x.txt");
        assertThat(outcome).isEqualTo(new Outcome(0, ""));
        assertThat(text("drop/x.txt")).isEqualTo("one");
    }

    @Test
    void shouldRunWhereOnlyTheGivenDirectoriesAreWritable() throws Exception {
        Path written = Files.createDirectories(folder.resolve("written"));
        RsyncProgram.Found program = new RsyncProgram(SEARCH_PATH).find().get();
        local("1", "one");
        for (String target : List.of("/", "/dev/shm/", "/usr/")) {
            Sandbox sandbox = program.sandbox().reading(local, Sandbox.SENT).writing(written, Sandbox.WRITTEN);
            List<String> command = sandbox.run(program.rsync(), List.of("-r", Sandbox.SENT + "/", target));
            Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
            assertThat(new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .as(target)
                    .contains("Read-only file system");
        }
    }

    @Test
    void shouldSendWhatMayBeRead() throws Exception {
        store.put("a/1", "one");
        store.put("a/d/2", "two");
        store.put("secret/3", "three");
        assertThat(rsync("-a", "hub:", "got").status()).isZero();
        assertThat(local.resolve("got/a/d/2")).hasContent("two");
        assertThat(local.resolve("got/secret")).doesNotExist();
        assertThat(rsync("-a", "--stats", "hub:", "got").output()).contains("files transferred: 0");
        Outcome hidden = rsync("-a", "hub:secret/3", "got");
        Outcome missing = rsync("-a", "hub:secret/4", "got");
        assertThat(hidden.status()).isEqualTo(23).isEqualTo(missing.status());
        assertThat(hidden.output().replace("secret/3", ""))
                .isEqualTo(missing.output().replace("secret/4", ""));
        assertThat(rsync("-a", "hub:a/*", ":a/d/2", "all").status()).isZero();
        assertThat(local.resolve("all/d/2")).hasContent("two");
        assertThat(local.resolve("all/2")).hasContent("two");
        assertThat(rsync("hub:a/").output()).contains(" 1\n").contains(" d\n");
    }

    @Test
    void shouldStoreNothingOfADryRun() throws Exception {
        local("src/d/1", "one");
        assertThat(rsync("-an", "src/", "hub:a/b/c/").status()).isZero();
        assertThat(changes()).isEmpty();
        assertThat(exists("a/b")).isFalse();
    }

    @Test
    void shouldStopWhenThereIsNoRoom() throws Exception {
        store.addQuota("a/", 1 << 20, 100);
        byte[] bytes = new byte[1 << 20];
        new Random(1).nextBytes(bytes);
        for (int i = 0; i < 40; i++) {
            local("src/" + i, bytes, TIME);
        }
        Outcome outcome = rsync("-a", "--bwlimit=20m", "src/", "hub:a/");
        assertThat(outcome.status()).isNotZero();
        assertThat(outcome.output()).contains("no room: ");
        assertThat(changes()).hasSizeLessThanOrEqualTo(1);
    }
}
