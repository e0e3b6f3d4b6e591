package io.datahub.validators.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.IntNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SpecificationVersion;
import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import io.datahub.test.Configurations;
import io.datahub.validators.support.Catalog;
import io.datahub.validators.support.DocumentMemory;
import io.datahub.validators.support.EndlessInput;
import io.datahub.validators.support.FolderStore;
import io.datahub.validators.support.SchemaSource;
import io.datahub.validators.support.Settings;
import io.datahub.validators.support.StagedBytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class JsonSchemaValidatorTest {

    private static final String BUILD = """
            {"$schema": "https://json-schema.org/draft/2020-12/schema",
             "type": "object", "required": ["commit"],
             "properties": {"commit": {"type": "string", "pattern": "^[0-9a-f]+$"}, "tests": {"type": "array", "items": {"type": "integer"}}}}
            """;

    @TempDir
    private Path folder;

    private FolderStore store;

    @BeforeEach
    void setUp() {
        store = new FolderStore(folder);
    }

    private JsonSchemaValidator validator(Object... more) {
        Object[] settings = new Object[more.length + 4];
        settings[0] = "paths";
        settings[1] = Settings.allPaths();
        settings[2] = "schema";
        settings[3] = "schemas/build.json";
        System.arraycopy(more, 0, settings, 4, more.length);
        return new JsonSchemaValidator(
                Configurations.of(JsonSchemaConfiguration.class, settings), store, new DocumentMemory(1 << 20));
    }

    private Verdict validate(String schema, String document) throws Exception {
        store.put("schemas/build.json", schema);
        return validator().validate(StagedBytes.of(document));
    }

    private static Violation only(Verdict verdict) {
        assertThat(verdict.violations()).hasSize(1);
        return verdict.violations().get(0);
    }

    @Test
    void shouldAcceptValidDocuments() throws Exception {
        assertThat(validate(BUILD, "{\"commit\": \"5a056d6\", \"tests\": [1, 2.0]}")
                        .accepted())
                .isTrue();
    }

    @Test
    void shouldReportThePositionOfEachError() throws Exception {
        Verdict verdict = validate(BUILD, "{\"commit\": \"x\",\n \"tests\": [1,\n  \"two\", true]}");

        assertThat(verdict.violations()).extracting(Violation::line).containsExactlyInAnyOrder(1, 3, 3);
        assertThat(verdict.violations()).extracting(Violation::message).anyMatch(text -> text.startsWith("/tests/1: "));
    }

    @Test
    void shouldReportThePositionOfASyntaxError() throws Exception {
        Violation violation = only(validate(BUILD, "{\"commit\": \"5a\",\n}"));

        assertThat(violation.line()).isEqualTo(2);
        assertThat(violation.message()).startsWith("invalid JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", "{} {}", "{\"commit\":\"a\",\"commit\":\"b\"}", "{'commit':'a'}", "\u0000"})
    void shouldRefuseInvalidJson(String document) throws Exception {
        assertThat(validate(BUILD, document).accepted()).isFalse();
    }

    @Test
    void shouldLimitTheNumberOfViolations() throws Exception {
        assertThat(validate(BUILD, "{\"commit\": \"5a\", \"tests\": [" + "\"x\",".repeat(1000) + "1]}")
                        .violations())
                .hasSize(20);
    }

    @ParameterizedTest
    @CsvSource({
        "http://json-schema.org/draft-04/schema#, {\"minimum\": 1; \"exclusiveMinimum\": true}, 1",
        "http://json-schema.org/draft-06/schema#, {\"exclusiveMinimum\": 1}, 1",
        "http://json-schema.org/draft-07/schema#, {\"if\": {\"minimum\": 1}; \"then\": false}, 1",
        "https://json-schema.org/draft/2019-09/schema, {\"$defs\": {\"a\": {\"minimum\": 2}}; \"$ref\": \"#/$defs/a\"}, 1",
        "https://json-schema.org/draft/2020-12/schema, {\"prefixItems\": [{\"type\": \"string\"}]}, [1]"
    })
    void shouldSupportEachDraft(String draft, String schema, String refused) throws Exception {
        String whole = "{\"$schema\": \"" + draft + "\", " + schema.substring(1).replace(';', ',');

        assertThat(validate(whole, refused).accepted()).isFalse();
        assertThat(validate(whole, "0.5").accepted()).isEqualTo(!schema.contains("inimum") || schema.contains("then"));
    }

    @Test
    void shouldUseTheConfiguredDraftIfTheSchemaNamesNone() throws Exception {
        store.put("schemas/build.json", "{\"minimum\": 1, \"exclusiveMinimum\": true}");

        assertThat(validator("draft", "4").validate(StagedBytes.of("1")).accepted())
                .isFalse();
        assertThatThrownBy(() -> validator("draft", "3")).hasMessageContaining("draft is 3");
    }

    @Test
    void shouldValidateFormatsIfConfigured() throws Exception {
        store.put("schemas/build.json", "{\"format\": \"date-time\"}");

        assertThat(validator().validate(StagedBytes.of("\"x\"")).accepted()).isTrue();
        assertThat(validator("formats", true).validate(StagedBytes.of("\"x\"")).accepted())
                .isFalse();
    }

    @Test
    void shouldUseANewVersionOfTheSchemaImmediately() throws Exception {
        store.put("schemas/build.json", BUILD);
        JsonSchemaValidator validator = validator();
        assertThat(validator.validate(StagedBytes.of("{}")).accepted()).isFalse();

        store.put("schemas/build.json", "{}");

        assertThat(validator.validate(StagedBytes.of("{}")).accepted()).isTrue();
    }

    @Test
    void shouldResolveReferencesToRecords() throws Exception {
        store.put("schemas/build.json", "{\"$ref\": \"parts/commit.json#/$defs/hash\"}");
        store.put("schemas/parts/commit.json", "{\"$defs\": {\"hash\": {\"type\": \"string\"}}}");
        JsonSchemaValidator validator = validator();
        assertThat(validator.validate(StagedBytes.of("1")).accepted()).isFalse();
        assertThat(validator.validate(StagedBytes.of("\"a\"")).accepted()).isTrue();

        store.put("schemas/parts/commit.json", "{\"$defs\": {\"hash\": {\"type\": \"integer\"}}}");

        assertThat(validator.validate(StagedBytes.of("1")).accepted()).isTrue();
    }

    @Test
    void shouldResolveExternalAddressesByTheCatalogAndNeverOverTheNetwork() throws Exception {
        store.put(
                "schemas/build.json",
                "{\"$id\": \"https://example.invalid/v1/build\", \"properties\": {\"a\": {\"$ref\": \"links/a\"},"
                        + " \"b\": {\"$ref\": \"http://127.0.0.1:9/b.json\"}}}");
        store.put("elsewhere/links/a", "{\"type\": \"string\"}");
        store.put("schemas/b.json", "{\"type\": \"string\"}");
        JsonSchemaValidator validator =
                validator("catalog", new String[] {"https://example.invalid/v1/ elsewhere/, urn:x schemas/x.json"});

        assertThat(validator.validate(StagedBytes.of("{\"a\": 1, \"b\": 2}")).violations())
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"$ref\": \"http://127.0.0.1:9/x.json\"}",
                "{\"$ref\": \"file:///etc/passwd\"}",
                "{\"$ref\": \"classpath:draft/2020-12/schema\"}",
                "{\"$ref\": \"../secret.json\"}",
                "{\"$ref\": \"x.yaml\"}",
                "{\"$ref\": \"#/nowhere\"}",
                "{\"$schema\": \"http://127.0.0.1:9/x.json\"}",
                "{\"type\": \"strin\"}",
                "{\"pattern\": \"(\"}",
                "[",
                "1"
            })
    void shouldFailIfTheSchemaIsInvalid(String schema) throws IOException {
        store.put("secret.json", "{}");
        store.put("schemas/build.json", schema);

        assertThatThrownBy(() -> validator().validate(StagedBytes.of("{}")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("schema");
    }

    @Test
    void shouldFailIfTheSchemaIsMissing() {
        assertThatThrownBy(() -> validator().validate(StagedBytes.of("{}"))).hasMessageContaining("schemas/build.json");
    }

    @Test
    void shouldRefuseDeepNestingWithoutReadingTheRest() throws Exception {
        store.put("schemas/build.json", "{\"items\": {\"$ref\": \"#\"}}");
        EndlessInput endless = new EndlessInput("", "[");

        Verdict verdict = validator("maxBytes", 1L << 40)
                .validate(new StagedBytes(RecordPath.of("a.json"), 1L << 30, () -> endless));

        assertThat(only(verdict).message()).contains("too expensive");
        assertThat(endless.bytesRead()).isLessThan(1 << 20);
    }

    @Test
    void shouldRefuseTooManyValues() throws Exception {
        store.put("schemas/build.json", "{}");
        EndlessInput endless = new EndlessInput("[", "{},");

        Verdict verdict = validator("maxBytes", 1L << 40)
                .validate(new StagedBytes(RecordPath.of("a.json"), 1L << 30, () -> endless));

        assertThat(only(verdict).message()).contains("too expensive");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"multipleOf\": 0.01}", "{\"type\": \"integer\"}", "{\"enum\": [1]}"})
    void shouldRefuseNumbersWithTooManyDigits(String schema) throws Exception {
        assertThat(only(validate(schema, "[1e999999999]")).message()).contains("digits");
        assertThat(only(validate(schema, "1e-99999")).message()).contains("digits");
    }

    @Test
    void shouldRefuseValuesWithCatastrophicBacktracking() throws Exception {
        Violation violation = only(validate("{\"pattern\": \"a*a*a*a*a*a*a*a*b\"}", "\"" + "a".repeat(60) + "\""));

        assertThat(violation.message()).contains("too expensive");
    }

    @Test
    void shouldFailIfTheSchemaTakesTooManySteps() throws Exception {
        StringBuilder schema =
                new StringBuilder("{\"$ref\": \"#/$defs/n40\", \"$defs\": {\"n0\": {\"type\": \"string\"}");
        for (int i = 1; i <= 40; i++) {
            String below = "{\"$ref\": \"#/$defs/n" + (i - 1) + "\"}";
            schema.append(", \"n" + i + "\": {\"anyOf\": [" + below + ", " + below + "]}");
        }

        store.put("schemas/build.json", schema.append("}}").toString());
        SchemaSource source = new SchemaSource(store, Catalog.of(), RecordPath.of("schemas/build.json"));
        Schema compiled = JsonSchemaCompiler.compile(source, SpecificationVersion.DRAFT_2020_12);

        assertThatThrownBy(() -> JsonSchemaCheck.errors(compiled, IntNode.valueOf(1), 100_000, false))
                .hasMessageContaining("too many steps");
    }

    @Test
    void shouldRefuseByASchemaThatRefersToItself() throws Exception {
        assertThatThrownBy(() -> {
                    Verdict verdict = validate("{\"$ref\": \"#\"}", "1");
                    assertThat(verdict.accepted()).isFalse();
                    throw new IOException("refused");
                })
                .isInstanceOf(IOException.class);
    }

    @Test
    void shouldStopIfInterrupted() throws Exception {
        store.put("schemas/build.json", "{\"items\": {\"type\": \"integer\"}}");
        JsonSchemaValidator validator = validator();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> validator.validate(StagedBytes.of("[" + "1,".repeat(10_000) + "1]")))
                .isInstanceOfAny(InterruptedException.class, IOException.class);
        Thread.interrupted();
    }

    @Test
    void shouldRefuseRecordsThatAreTooBig() throws Exception {
        byte[] bytes = "{}".getBytes(StandardCharsets.UTF_8);

        Verdict verdict = validator("maxBytes", 10L)
                .validate(new StagedBytes(RecordPath.of("a.json"), 11, () -> new ByteArrayInputStream(bytes)));

        assertThat(only(verdict).message()).contains("at most 10");
    }

    @Test
    void shouldRefuseHashFlooding() throws Exception {
        Violation violation = only(validate("{\"uniqueItems\": true}", array(2_000, "Aa", "BB")));

        assertThat(violation.message()).contains("same hash");
    }

    @Test
    void shouldAcceptManyEqualStringsOrStringsWithoutCollisions() throws Exception {
        assertThat(validate("{}", array(2_000, "Aa", "Aa")).accepted()).isTrue();
        assertThat(validate("{\"uniqueItems\": true}", array(2_000, "Aa", "Bb")).accepted())
                .isTrue();
    }

    /** Creates all combinations of two strings; "Aa" and "BB" have the same hash code. */
    private static String array(int size, String zero, String one) {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < size; i++) {
            text.append(i == 0 ? "\"" : ",\"");
            for (int bit = 0; bit < 11; bit++) {
                text.append((i >> bit & 1) == 0 ? zero : one);
            }
            text.append('"');
        }
        return text.append(']').toString();
    }
}
