package io.datahub.validators.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import io.datahub.validators.support.EndlessInput;
import io.datahub.validators.support.Settings;
import io.datahub.validators.support.StagedBytes;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class XmlValidatorTest {

    private final XmlValidator validator = new XmlValidator(Settings.xml(1 << 30, "**/*.xml"));

    private Verdict validate(String text) throws Exception {
        return validator.validate(StagedBytes.of(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<a/>",
                "<?xml version='1.0'?><!-- c --><a b='1'>t<![CDATA[<]]>&amp;&#65;</a>",
                "<?xml version='1.1'?><a/>",
                "<x:a xmlns:x='urn:x'/>",
            })
    void shouldAcceptWellFormedXml(String text) throws Exception {
        assertThat(validate(text).accepted()).isTrue();
    }

    @Test
    void shouldAcceptOtherEncodings() throws Exception {
        assertThat(validator
                        .validate(StagedBytes.of("<?xml version='1.0' encoding='ISO-8859-1'?><a>\u00fc</a>"
                                .getBytes(StandardCharsets.ISO_8859_1)))
                        .accepted())
                .isTrue();
        assertThat(validator
                        .validate(StagedBytes.of("\ufeff<a>\u00fc</a>".getBytes(StandardCharsets.UTF_16LE)))
                        .accepted())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "text",
                "<a>",
                "<a></b>",
                "<a/><b/>",
                "<a b=1/>",
                "<a>&nbsp;</a>",
                "<x:a/>",
                "<a>\u0001</a>",
                "<?xml version='1.0' encoding='no-such'?><a/>",
            })
    void shouldRefuseMalformedXml(String text) throws Exception {
        assertThat(validate(text).accepted()).isFalse();
    }

    @Test
    void shouldReportThePosition() throws Exception {
        Violation violation = validate("<a>\n  <b>\n</a>").violations().get(0);

        assertThat(violation.line()).isEqualTo(3);
        assertThat(violation.column()).isPositive();
        assertThat(violation.message()).contains("\"b\"");
    }

    @Test
    void shouldRefuseBytesThatAreInvalidInTheEncoding() throws Exception {
        Verdict verdict = validator.validate(StagedBytes.of(new byte[] {'<', 'a', '>', '\n', (byte) 0xFF, '<'}));

        assertThat(verdict.violations().get(0).message()).contains("encoding");
    }

    @Test
    void shouldRefuseABillionLaughs() throws Exception {
        assertThat(validate("<!DOCTYPE a [<!ENTITY l 'lol'><!ENTITY m '&l;&l;&l;&l;'>]><a>&m;</a>")
                        .violations())
                .singleElement()
                .satisfies(violation -> assertThat(violation.message()).contains("DOCTYPE is not allowed"));
    }

    @Test
    void shouldNotReadAnExternalEntity(@TempDir Path folder) throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "secret");

        assertThat(validate("<!DOCTYPE a [<!ENTITY x SYSTEM '" + secret.toUri() + "'>]><a>&x;</a>")
                        .accepted())
                .isFalse();
        assertThat(validate("<!DOCTYPE a SYSTEM '" + secret.toUri() + "'><a/>").accepted())
                .isFalse();
    }

    @Test
    void shouldIgnoreXInclude(@TempDir Path folder) throws Exception {
        String missing = folder.resolve("missing").toUri().toString();

        assertThat(validate("<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='" + missing + "'/></a>")
                        .accepted())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "<a>         | <b>                       | nested more than",
                "<a b='      | x                         | longer than",
                "<a          | x                         | limit for XML is exceeded",
                "<a><!--     | comment                   | longer than",
                "<a><?pi     | data                      | limit for XML is exceeded",
                "<a><?pi x   | data                      | longer than",
                "<a><![CDATA[| data                      | longer than",
                "<a>         | <!-- c --><?pi?><b>t</b>]]> | must not appear",
            })
    void shouldStopEarlyInAnEndlessDocument(String head, String body, String message) throws Exception {
        EndlessInput input = new EndlessInput(head, body);

        Verdict verdict = validator.validate(new StagedBytes(RecordPath.of("a.xml"), 1 << 30, () -> input));

        assertThat(verdict.violations().get(0).message()).contains(message);
        assertThat(input.bytesRead()).isLessThan(2 * ProgressInput.MAX_BUFFERED);
    }

    @Test
    void shouldAcceptDeepAndWideDocumentsOnEveryJavaPlatform() throws Exception {
        StringBuilder text = new StringBuilder("<a>".repeat(900)).append("<b");
        for (int i = 0; i < 5_000; i++) {
            text.append(" n").append(i).append("=''");
        }

        assertThat(validate(text.append("/>").append("</a>".repeat(900)).toString())
                        .violations())
                .isEmpty();
    }

    @Test
    void shouldRefuseTooManyNames() throws Exception {
        StringBuilder text = new StringBuilder("<a>");
        for (int i = 0; i <= XmlGuard.MAX_NAMES; i++) {
            text.append("<e").append(i).append("/>");
        }

        assertThat(validate(text.append("</a>").toString()).violations().get(0).message())
                .contains("different names");
    }

    @Test
    void shouldAcceptALongDocumentOfManyElements() throws Exception {
        String line = "<line>" + "x".repeat(1_000) + "</line>\n";

        assertThat(validate("<a>" + line.repeat(5_000) + "</a>").accepted()).isTrue();
    }

    @Test
    void shouldRefuseARecordThatIsTooBigWithoutReadingIt() throws Exception {
        XmlValidator small = new XmlValidator(Settings.xml(10, "**"));

        assertThat(small.validate(StagedBytes.of("<a>01234567</a>"))
                        .violations()
                        .get(0)
                        .message())
                .contains("maxBytes");
    }

    @Test
    void shouldFailIfInterrupted() {
        EndlessInput input = new EndlessInput("<a>", "<b/>");
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> validator.validate(new StagedBytes(RecordPath.of("a.xml"), 1, () -> input)))
                .isInstanceOf(InterruptedIOException.class);
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void shouldRefuseAConfigurationWithoutPaths() {
        assertThatThrownBy(() -> new XmlValidator(Settings.xml(1))).hasMessageContaining("paths is missing");
        assertThatThrownBy(() -> new XmlValidator(Settings.xml(0, "**"))).hasMessageContaining("maxBytes");
    }
}
