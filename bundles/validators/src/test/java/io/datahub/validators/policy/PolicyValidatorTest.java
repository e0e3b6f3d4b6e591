package io.datahub.validators.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import io.datahub.test.Configurations;
import io.datahub.validators.support.Settings;
import io.datahub.validators.support.StagedBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyValidatorTest {

    private static Verdict validate(String path, byte[] bytes, Object... settings) throws IOException {
        Object[] all = Arrays.copyOf(settings, settings.length + 2);
        all[settings.length] = "paths";
        all[settings.length + 1] = Settings.allPaths();
        return new PolicyValidator(Configurations.of(PolicyConfiguration.class, all))
                .validate(new StagedBytes(RecordPath.of(path), bytes.length, () -> new ByteArrayInputStream(bytes)));
    }

    private static Verdict validate(String path, String text, Object... settings) throws IOException {
        return validate(path, text.getBytes(StandardCharsets.UTF_8), settings);
    }

    @Test
    void shouldAcceptAnythingByDefault() throws IOException {
        assertThat(validate("a", "").accepted()).isTrue();
    }

    @Test
    void shouldLimitTheSize() throws IOException {
        assertThat(validate("a", "abc", "minBytes", 3L, "maxBytes", 3L).accepted())
                .isTrue();
        assertThat(validate("a", "ab", "minBytes", 3L).accepted()).isFalse();
        assertThat(validate("a", "abcd", "maxBytes", 3L).accepted()).isFalse();
        assertThatThrownBy(() -> validate("a", "", "minBytes", 4L, "maxBytes", 3L))
                .hasMessageContaining("minBytes is 4");
    }

    @Test
    void shouldRequireOneOfTheExtensions() throws IOException {
        String[] extensions = {"tar.gz, .ZIP"};

        assertThat(validate("b/x.TAR.GZ", "", "extensions", extensions).accepted())
                .isTrue();
        assertThat(validate("b/x.zip", "", "extensions", extensions).accepted()).isTrue();
        assertThat(validate("b/zip", "", "extensions", extensions).accepted()).isFalse();
        assertThat(validate("b.zip/x.gz", "", "extensions", extensions).accepted())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "89504e470d0a1a0a00, image/png",
        "ffd8ffe0, image/jpeg",
        "504b030414000000, application/zip",
        "1f8b0800, application/gzip",
        "255044462d312e37, application/pdf",
        "7f454c460201, application/x-executable",
        "4d5a9000, application/x-executable",
        "cafebabe00000034, application/java-vm",
        "00010203, application/octet-stream",
        "fffe6100, application/octet-stream"
    })
    void shouldDetectContentByItsFirstBytes(String hex, String type) throws IOException {
        byte[] bytes = HexFormat.of().parseHex(hex);

        assertThat(validate("a.txt", bytes, "types", new String[] {type}).accepted())
                .isTrue();
        assertThat(validate("a.txt", bytes, "refusedTypes", new String[] {type}).accepted())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "<?xml version='1.0'?><a/>|application/xml",
                "<a><b/></a>|application/xml",
                "<?xml version='1.0'?> <!-- x --> <svg xmlns='x'/>|image/svg+xml",
                "<!doctype HTML><p>|text/html",
                "{\"a\": 1}|application/json",
                "[1, 2]|application/json",
                "#!/bin/sh|text/x-script",
                "grüße|text/plain"
            })
    void shouldDetectTextTypes(String text, String type) throws IOException {
        assertThat(validate("a", text, "types", new String[] {type}).accepted()).isTrue();
        assertThat(validate("a", text, "types", new String[] {"image/png"}).violations())
                .extracting(Violation::message)
                .containsExactly("the content is " + type + "; allowed are image/png");
    }

    @Test
    void shouldDetectTextThatIsTruncatedWithinACharacter() throws IOException {
        assertThat(validate("a", "a" + "ü".repeat(5000), "types", new String[] {"text/*"})
                        .accepted())
                .isTrue();
    }

    @Test
    void shouldDetectATarByItsSignatureAtAnOffset() throws IOException {
        byte[] tar = new byte[512];
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, tar, 257, 5);

        assertThat(validate("a.tar", tar, "types", new String[] {"application/x-tar"})
                        .accepted())
                .isTrue();
    }

    @Test
    void shouldRefuseContentThatDoesNotMatchTheExtension() throws IOException {
        assertThat(validate("a.png", "MZ\u0000", "matchExtension", true).accepted())
                .isFalse();
        assertThat(validate("a.exe", "MZ\u0000", "matchExtension", true).accepted())
                .isTrue();
        assertThat(validate("a.unknown", "MZ\u0000", "matchExtension", true).accepted())
                .isTrue();
        assertThat(validate("a.csv", "a,b", "matchExtension", true).accepted()).isTrue();
    }

    @Test
    void shouldReportAllViolations() throws IOException {
        assertThat(validate("a.exe", "MZ", "minBytes", 10L, "extensions", new String[] {"png"}, "types", new String[] {
                            "image/*"
                        })
                        .violations())
                .hasSize(3);
    }
}
