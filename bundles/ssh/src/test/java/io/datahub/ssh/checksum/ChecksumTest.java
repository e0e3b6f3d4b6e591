package io.datahub.ssh.checksum;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Sha256;
import io.datahub.ssh.ExecResult;
import io.datahub.ssh.TestEndpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.sshd.client.session.ClientSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChecksumTest {

    private TestEndpoint hub;
    private ClientSession session;

    @BeforeEach
    void start(@TempDir Path state) throws IOException {
        hub = TestEndpoint.ofCommand(state, new ChecksumHandler());
        session = hub.login();
        hub.store.put("builds/a b.txt", "abc");
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private ExecResult run(String line) throws IOException {
        return ExecResult.of(session, line, "abc".getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void sumsOfRecords() throws Exception {
        ExecResult sha256 = run("sha256sum 'builds/a b.txt'");
        assertThat(sha256.text()).isEqualTo(Sha256.hex("abc") + "  builds/a b.txt\n");
        assertThat(sha256.status()).isZero();
        assertThat(run("md5sum -- /builds/a\\ b.txt").text())
                .isEqualTo("900150983cd24fb0d6963f7d28e17f72  /builds/a b.txt\n");
        assertThat(run("sha1sum -b 'builds/a b.txt'").text()).startsWith("a9993e364706816aba3e25717850c26c9cd0d89d  ");
    }

    @Test
    void theStandardInputHasOneToo() throws Exception {
        assertThat(run("md5sum").text()).isEqualTo("900150983cd24fb0d6963f7d28e17f72  -\n");
    }

    @Test
    void whatIsMissingIsNamed() throws Exception {
        ExecResult result = run("sha256sum missing 'builds/a b.txt' builds");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.error()).contains("datahub: missing: ", "datahub: builds: ");
        assertThat(result.text()).contains("  builds/a b.txt\n");
    }

    @Test
    void otherOptionsAreRefused() throws Exception {
        ExecResult result = run("sha256sum -c list");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.error()).isEqualTo("datahub: sha256sum has no option -c here\n");
    }
}
