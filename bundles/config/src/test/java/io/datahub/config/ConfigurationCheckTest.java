package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigurationCheckTest {

    private static final String METATYPE =
            "<MetaData><OCD id='x'><AD id='port' type='Integer' min='1' max='65535' default='1'/>"
                    + "<AD id='poll' type='String' default='auto'><Option label='a' value='auto'/>"
                    + "<Option label='n' value='never'/></AD></OCD>"
                    + "<Designate pid='io.datahub.x'><Object ocdref='x'/></Designate></MetaData>";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private Path etc;

    @BeforeEach
    void setUp() throws IOException {
        etc = Files.createDirectory(folder.resolve("etc"));
        Path bundle = Files.createDirectories(folder.resolve("system/x/1")).resolve("datahub-x-1.jar");
        try (OutputStream out = Files.newOutputStream(bundle);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("OSGI-INF/metatype/x.xml"));
            zip.write(METATYPE.getBytes(StandardCharsets.UTF_8));
        }
    }

    private boolean check(String text) throws IOException {
        Files.writeString(etc.resolve("io.datahub.x.cfg"), text);
        Files.writeString(etc.resolve("org.other.cfg"), "port = x");
        output.reset();
        return new ConfigurationCheck(etc, Map.of("env:PORT", "70000")::get)
                .report(folder.resolve("system"), new PrintStream(output, true, StandardCharsets.UTF_8));
    }

    @Test
    void shouldReportNoProblemsForAValidFile() throws IOException {
        assertThat(check("port = 80\npoll = never\n")).isTrue();
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo(etc + ": 1 files, 0 errors, 0 warnings\n");
    }

    @Test
    void shouldReportFileKeyValueAndAllowedValues() throws IOException {
        assertThat(check("port = ${env:PORT}\npoll = sometimes\n")).isFalse();
        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains(
                        "error: etc/io.datahub.x.cfg: port: \"70000\" isn't allowed: must be a whole number without a"
                                + " unit, from 1 to 65535\n",
                        "error: etc/io.datahub.x.cfg: poll: \"sometimes\" isn't allowed: must be one of auto, never\n",
                        ": 1 files, 2 errors, 0 warnings\n");
    }

    @Test
    void shouldOnlyWarnAboutUnknownAndDuplicateKeys() throws IOException {
        assertThat(check("port = 80\nport = 81\nprot = 82\n")).isTrue();
        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains(
                        "warning: etc/io.datahub.x.cfg: port: is defined twice",
                        "warning: etc/io.datahub.x.cfg: prot: is unknown");
    }

    @Test
    void shouldWarnAboutAFileThatNoComponentReads() throws IOException {
        Files.writeString(etc.resolve("io.datahub.z.cfg"), "port = 80");

        assertThat(check("port = 80\n")).isTrue();
        assertThat(output.toString(StandardCharsets.UTF_8))
                .contains(
                        "warning: etc/io.datahub.z.cfg: has no effect",
                        "io.datahub.x",
                        ": 2 files, 0 errors, 1 warnings\n");
    }

    @Test
    void shouldKnowTheComponentsOfDeployedBundles() throws IOException {
        Files.writeString(etc.resolve("io.datahub.z.cfg"), "port = 80");
        Path deploy = Files.createDirectory(folder.resolve("deploy"));
        Files.writeString(deploy.resolve("damaged.jar"), "no jar");
        try (OutputStream out = Files.newOutputStream(deploy.resolve("z.jar"));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("OSGI-INF/z.xml"));
            zip.write("<component name='z' configuration-pid='io.datahub.z'/>".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(check("port = 80\n")).isTrue();
        assertThat(output.toString(StandardCharsets.UTF_8)).contains(": 2 files, 0 errors, 0 warnings\n");
    }
}
