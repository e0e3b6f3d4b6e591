package io.datahub.ssh.scp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Verdict;
import io.datahub.ssh.ExecResult;
import io.datahub.ssh.TestEndpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.core.CoreModuleProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScpTest {

    private TestEndpoint hub;
    private ClientSession session;

    @BeforeEach
    void start(@TempDir Path state) throws IOException {
        hub = TestEndpoint.ofCommand(state, new ScpHandler());
        session = hub.login();
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private ExecResult run(String line, String input) throws IOException {
        return ExecResult.of(session, line, input.getBytes(StandardCharsets.UTF_8));
    }

    private Optional<RecordVersion> version(String path) throws IOException {
        var found = hub.store.find(User.HUB, RecordPath.of(path));
        return found.isRefused() ? Optional.empty() : Optional.of(found.get());
    }

    private String content(String path) throws IOException {
        try (var reading = hub.store.open(User.HUB, RecordPath.of(path)).get()) {
            return new String(reading.stream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void shouldNotCallItAFailureOfTheHubWhenTheClientEndsItsInput() throws Exception {
        for (String line : List.of("scp -f x", "scp -t x")) {
            for (String input : List.of("", "C0644", "C0644 5 x\nabc")) {
                assertThat(run(line, input).error()).doesNotContain("the hub failed");
            }
        }
        assertThat(version("x")).isEmpty();
    }

    /** 20 commands at once, of which a user may have 5. */
    @Test
    void tooManyCommandsAreRefusedWithoutWaitingForTheClient() throws Exception {
        List<ChannelExec> idle = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ChannelExec channel = session.createExecChannel("scp -t x");
            channel.setOut(new ByteArrayOutputStream());
            channel.open().verify(Duration.ofSeconds(30));
            idle.add(channel);
        }
        assertThat(run("scp -t x", "").error()).contains("too many commands");
        for (int i = 0; i < 20; i++) {
            ChannelExec deaf = session.createExecChannel("scp -t x");
            CoreModuleProperties.WINDOW_SIZE.set(deaf, 0L);
            deaf.open().verify(Duration.ofSeconds(30));
        }
        try (ClientSession other = hub.login()) {
            assertThat(other.isOpen()).isTrue();
        }
        for (ChannelExec channel : idle) {
            channel.close(false).await(Duration.ofSeconds(30));
        }
        await().until(() -> run("scp -t x", "C0644 3 x\nabc\0").status() == 0);
    }

    @Test
    void aFileBecomesARecord() throws Exception {
        ExecResult result = run("scp -p -t 'builds/ö.txt'", "T1700000000 0 1700000000 0\nC0644 3 x.txt\nabc\0");
        assertThat(result.status()).isZero();
        assertThat(result.text()).isEqualTo("\0\0\0\0");
        assertThat(content("builds/ö.txt")).isEqualTo("abc");
        assertThat(version("builds/ö.txt").get().clientModified()).contains(Instant.ofEpochSecond(1_700_000_000));
    }

    @Test
    void aTreeBecomesRecords() throws Exception {
        ExecResult result =
                run("scp -r -t .", "D0755 0 tree\nC0644 1 a\na\0D0755 0 sub\nC0644 1 b\nb\0E\nC0644 0 c\n\0E\n");
        assertThat(result.error()).isEmpty();
        assertThat(result.status()).isZero();
        assertThat(content("tree/a") + content("tree/sub/b") + content("tree/c"))
                .isEqualTo("ab");
    }

    @Test
    void anExistingDirectoryIsATarget() throws Exception {
        hub.store.put("builds/old", "1");
        run("scp -t builds", "C0644 3 new\nabc\0");
        assertThat(content("builds/new")).isEqualTo("abc");
        assertThat(run("scp -t -d nowhere", "").text()).startsWith("\1scp: nowhere: ");
    }

    @Test
    void namesDontLeaveTheirDirectory() throws Exception {
        ExecResult result = run("scp -t builds/", "C0644 3 ../x\n");
        assertThat(result.status()).isEqualTo(1);
        assertThat(version("x")).isEmpty();
        result = run("scp -t builds/", "C0644 1 a/b\n");
        assertThat(result.text()).contains("can't have a slash");
        assertThat(version("builds/a/b")).isEmpty();
    }

    @Test
    void whatIsRefusedIsOneLine() throws Exception {
        ExecResult result = run("scp -t 'a\nb\\c'", "");
        assertThat(result.text()).startsWith("\1scp: a b").endsWith("\n");
        assertThat(result.text().chars().filter(each -> each == '\n')).hasSize(1);
    }

    @Test
    void aRefusalIsToldAndTheOthersAreStored() throws Exception {
        hub.store.put("in/bad.xml", "good");
        hub.store.addValidator(new ValidatorId("xsd", "1"), "**.xml", candidate -> Verdict.refuse("line 3 is wrong"));
        ExecResult result = run("scp -t in/", "C0644 3 bad.xml\nbad\0C0644 2 good.txt\nok\0");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.text()).contains("\1scp: in/bad.xml: refused by validator xsd: line 3 is wrong\n");
        assertThat(result.error()).isEqualTo("datahub: in/bad.xml: refused by validator xsd: line 3 is wrong\n");
        assertThat(content("in/bad.xml")).isEqualTo("good");
        assertThat(content("in/good.txt")).isEqualTo("ok");
    }

    @Test
    void whatIsNotGrantedIsRefusedBeforeItIsSent() throws Exception {
        hub.users
                .with(new User("ci", Set.of(), List.of(new Grant(Action.CREATE, "in/", "test"))))
                .with("ci", "ci-token");
        session = hub.login("ci", "ci-token");
        ExecResult result = run("scp -t out", "C0644 3 a\n");
        assertThat(result.text()).startsWith("\0\1scp: out: ");
        assertThat(result.status()).isEqualTo(1);
        assertThat(run("scp -t in/", "C0644 3 a\nabc\0").status()).isZero();
    }

    @Test
    void aCutCommitsNothing() throws Exception {
        hub.store.put("big", "old");
        try (ChannelExec channel = session.createExecChannel("scp -t big")) {
            channel.setOut(new ByteArrayOutputStream());
            channel.open().verify(Duration.ofSeconds(30));
            OutputStream in = channel.getInvertedIn();
            in.write("C0644 6 big\nabc".getBytes(StandardCharsets.UTF_8));
            in.flush();
            await().until(() -> hub.store.open() == 1);
        }
        session.close(true);
        await().until(() -> hub.store.open() == 0);
        assertThat(content("big")).isEqualTo("old");
    }

    @Test
    void recordsAreSent() throws Exception {
        hub.store.put("builds/a.txt", "abc");
        hub.store.put("builds/b.txt", "de");
        hub.store.put("builds/sub/c", "f");
        assertThat(run("scp -f builds/a.txt", "\0\0\0").text()).isEqualTo("C0644 3 a.txt\nabc\0");
        assertThat(run("scp -f 'builds/*.txt'", "\0\0\0\0\0").text())
                .isEqualTo("C0644 3 a.txt\nabc\0C0644 2 b.txt\nde\0");
        assertThat(run("scp -r -f builds", "\0".repeat(11)).text())
                .isEqualTo("D0755 0 builds\nC0644 3 a.txt\nabc\0C0644 2 b.txt\nde\0D0755 0 sub\nC0644 1 c\nf\0E\nE\n");
        ExecResult directory = run("scp -f builds missing", "\0\0");
        assertThat(directory.status()).isEqualTo(1);
        assertThat(directory.error()).contains("builds: this is a directory; add -r", "missing: ");
    }

    @Test
    void otherOptionsAreRefused() throws Exception {
        assertThat(run("scp -S evil -t x", "").error()).contains("has no options -S");
        assertThat(run("scp a b", "").error()).contains("run scp on the client");
    }
}
