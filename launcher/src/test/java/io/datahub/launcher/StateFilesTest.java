package io.datahub.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StateFilesTest {

    private static final String PUBLIC = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
    private static final String KEYS =
            "# note\ncurve\n    public-key = \"" + PUBLIC + "\"\n    secret-key = \"" + PUBLIC + "\"\n";

    @TempDir
    Path root;

    private StateFiles files;
    private Path state;

    @BeforeEach
    void prepare() throws CommandFailure {
        HubHome home = new HubHome(root);
        home.prepare();
        state = home.state();
        files = new StateFiles(home);
    }

    @Test
    void shouldAcceptAnEmptyStateAndAnIntactOne() throws Exception {
        assertThat(files.check()).isEmpty();
        write("format", "1\n");
        write("curve.key", KEYS);
        write("curve.pub", PUBLIC + "\n");
        write("host.key", "-----BEGIN EC PRIVATE KEY-----\nAAAA\nBB==\n-----END EC PRIVATE KEY-----\n");
        assertThat(files.check()).isEmpty();
        assertThat(state.resolve("host.key")).exists();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\u00ff\u0000", "one"})
    void shouldReportADamagedFormatAndItsFix(String damaged) throws IOException {
        write("format", damaged);
        assertThatThrownBy(files::check)
                .isInstanceOf(CommandFailure.class)
                .hasMessageContainingAll(state.resolve("format").toString(), "empty or damaged", "write the number 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\u00ff", "public-key = \"short\""})
    void shouldReportDamagedCurveKeysAndTheirFix(String damaged) throws IOException {
        write("curve.key", damaged);
        assertThatThrownBy(files::check)
                .isInstanceOf(CommandFailure.class)
                .hasMessageContainingAll(state.resolve("curve.key").toString(), "remove it and curve.pub");
    }

    @Test
    void shouldReportADamagedPublicKeyAndItsFix() throws IOException {
        write("curve.key", KEYS);
        write("curve.pub", "");
        assertThatThrownBy(files::check)
                .isInstanceOf(CommandFailure.class)
                .hasMessageContainingAll(state.resolve("curve.pub").toString(), "created again");
    }

    @Test
    void shouldMoveADamagedHostKeyAside() throws Exception {
        write("host.key", "");
        write("host.key.pub", "x");
        assertThat(files.check())
                .hasValueSatisfying(warning -> assertThat(warning)
                        .contains(state.resolve("host.key").toString(), "empty or damaged", "generates a new one"));
        assertThat(state.resolve("host.key")).doesNotExist();
        assertThat(state.resolve("host.key.pub")).doesNotExist();
        assertThat(state.resolve("host.key.damaged")).exists();
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(state.resolve(name), text, java.nio.charset.StandardCharsets.ISO_8859_1);
    }
}
