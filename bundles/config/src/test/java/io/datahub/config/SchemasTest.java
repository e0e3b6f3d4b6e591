package io.datahub.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SchemasTest {

    private static final String METATYPE = """
            <metatype:MetaData xmlns:metatype="http://www.osgi.org/xmlns/metatype/v1.2.0">
              <OCD id="x">
                <AD id="idleMillis" type="Long" min="1000" max="60000" default="30000"/>
                <AD id="tls.on" type="Boolean" default="true"/>
                <AD id="paths" type="String" cardinality="2147483647"/>
              </OCD>
              <Designate factoryPid="io.datahub.x"><Object ocdref="x"/></Designate>
            </metatype:MetaData>
            """;

    private final Schemas schemas = new Schemas();

    @BeforeEach
    void setUp() throws IOException {
        add(METATYPE);
    }

    private void add(String metatype) throws IOException {
        schemas.add(new ByteArrayInputStream(metatype.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void shouldAcceptAllowedValues() {
        assertThat(problems("idleMillis = 1000\ntls.on = FALSE\npaths = a/**")).isEmpty();
    }

    @Test
    void shouldReportFileKeyValueAndAllowedValues() {
        assertThat(problems("paths = a\nidleMillis = 30s"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.fatal()).isTrue())
                .hasToString(
                        "etc/io.datahub.x-y.cfg: idleMillis: \"30s\" isn't allowed: must be a whole number without a"
                                + " unit, from 1000 to 60000");
        assertThat(problems("paths = a\nidleMillis = 999")).hasSize(1);
        assertThat(problems("paths = a\nidleMillis = 60001")).hasSize(1);
        assertThat(problems("paths = a\nidleMillis =")).hasSize(1);
        assertThat(problems("paths = a\ntls.on = yes")).hasSize(1);
    }

    @Test
    void shouldNotShowAValueThatMayContainASecret() throws IOException {
        add("""
                <m><OCD id="w"><AD id="url" type="String"/></OCD>
                <Designate factoryPid="io.datahub.webhook"><Object ocdref="w"/></Designate></m>
                """);

        assertThat(problems("io.datahub.webhook-w.cfg", "url = ftp://example.org/s3cret"))
                .singleElement()
                .asString()
                .contains("url: the value isn't allowed: must be an http")
                .doesNotContain("s3cret");
    }

    @Test
    void shouldWarnAboutAnIgnoredOrigin() throws IOException {
        add("""
                <m><OCD id="w"><AD id="origins" type="String"/></OCD>
                <Designate pid="io.datahub.jetty"><Object ocdref="w"/></Designate></m>
                """);

        assertThat(problems("io.datahub.jetty.cfg", "origins = ci.example.org"))
                .singleElement()
                .satisfies(problem -> assertThat(problem.fatal()).isFalse())
                .asString()
                .contains("origins: \"ci.example.org\" is ignored");
    }

    @Test
    void shouldWarnAboutAnUnknownKeyAndRejectAMissingRequiredKey() {
        assertThat(problems("path = a/**"))
                .extracting(FileProblem::key, FileProblem::fatal)
                .containsExactly(
                        org.assertj.core.api.Assertions.tuple("path", false),
                        org.assertj.core.api.Assertions.tuple("paths", true));
    }

    private List<FileProblem> problems(String text) {
        return problems("io.datahub.x-y.cfg", text);
    }

    private List<FileProblem> problems(String file, String text) {
        return schemas.validate(CfgFile.parse(file, text.getBytes(StandardCharsets.UTF_8), name -> null));
    }
}
