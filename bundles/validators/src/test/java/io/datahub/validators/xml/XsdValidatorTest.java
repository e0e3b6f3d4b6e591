package io.datahub.validators.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import io.datahub.test.Configurations;
import io.datahub.validators.support.DocumentMemory;
import io.datahub.validators.support.EndlessInput;
import io.datahub.validators.support.FolderStore;
import io.datahub.validators.support.Settings;
import io.datahub.validators.support.StagedBytes;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class XsdValidatorTest {

    private static final String MAIN = "schemas/build.xsd";

    @TempDir
    private Path folder;

    private FolderStore store;
    private XsdValidator validator;

    @BeforeEach
    void setUp() {
        store = new FolderStore(folder);
        validator = configured(MAIN);
    }

    private XsdValidator configured(String schema) {
        return new XsdValidator(Settings.xsd(schema), store, new DocumentMemory(1 << 20));
    }

    private static String schema(String content) {
        return "<xs:schema xmlns:xs='http://www.w3.org/2001/XMLSchema'>" + content + "</xs:schema>";
    }

    private static String element(String type) {
        return "<xs:element name='n' type='" + type + "'/>";
    }

    private Verdict validate(String text) throws Exception {
        return validator.validate(StagedBytes.of(text));
    }

    @Test
    void shouldAcceptValidAndRefuseInvalidDocuments() throws Exception {
        store.put(MAIN, schema(element("xs:int")));

        assertThat(validate("<n>1</n>").accepted()).isTrue();
        Violation violation = validate("<n>\none</n>").violations().get(0);
        assertThat(violation.line()).isEqualTo(2);
        assertThat(violation.message()).contains("integer").doesNotStartWith("cvc-");
    }

    @Test
    void shouldCompileASchemaOncePerVersion() throws Exception {
        store.put(MAIN, schema(element("xs:int")));

        validate("<n>1</n>");
        validate("<n>2</n>");

        assertThat(store.opened()).isEqualTo(1);
    }

    @Test
    void shouldUseANewVersionOfTheSchemaImmediately() throws Exception {
        store.put(MAIN, schema(element("xs:int")));
        assertThat(validate("<n>one</n>").accepted()).isFalse();

        store.put(MAIN, schema(element("xs:string")));

        assertThat(validate("<n>one</n>").accepted()).isTrue();
    }

    @Test
    void shouldUseANewVersionOfAnIncludedSchemaImmediately() throws Exception {
        store.put(MAIN, schema("<xs:include schemaLocation='types/number.xsd'/>" + element("number")));
        store.put("schemas/types/number.xsd", schema("<xs:include schemaLocation='../base.xsd'/>"));
        store.put("schemas/base.xsd", simpleType("xs:int"));
        assertThat(validate("<n>one</n>").accepted()).isFalse();

        store.put("schemas/base.xsd", simpleType("xs:string"));

        assertThat(validate("<n>one</n>").accepted()).isTrue();
    }

    private static String simpleType(String base) {
        return schema("<xs:simpleType name='number'><xs:restriction base='" + base + "'/></xs:simpleType>");
    }

    @Test
    void shouldResolveAnExternalImportToARecordNextToTheSchema() throws Exception {
        store.put(
                MAIN,
                schema("<xs:import namespace='urn:t' schemaLocation='http://schemas.invalid/2001/t.xsd'/>"
                        + "<xs:element name='n' xmlns:t='urn:t' type='t:number'/>"));
        store.put("schemas/t.xsd", simpleType("xs:int").replace("<xs:schema ", "<xs:schema targetNamespace='urn:t' "));

        assertThat(validate("<n>1</n>").accepted()).isTrue();
        assertThat(validate("<n>one</n>").accepted()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://schemas.invalid/x.xsd",
                "file:///etc/passwd",
                "//schemas.invalid/x.xsd",
                "../broker_users.xml",
                "/broker_users.xml",
                "missing.xsd",
                "http://schemas.invalid/",
                "jar:file:///a.jar!/x.xsd",
            })
    void shouldFailIfASchemaRefersToSomethingOtherThanARecordNextToIt(String reference) throws Exception {
        store.put("broker_users.xml", schema(""));
        store.put(MAIN, schema("<xs:include schemaLocation='" + reference + "'/>" + element("xs:int")));

        assertThatThrownBy(() -> validate("<n>1</n>"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("schema");
    }

    @Test
    void shouldFailWhenTheSchemaIsMissing() {
        assertThatThrownBy(() -> validate("<n>1</n>"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(MAIN);
    }

    @Test
    void shouldFailIfTheSchemaWasDeleted() throws Exception {
        store.put(MAIN, schema(element("xs:int")));
        validate("<n>1</n>");

        store.remove(MAIN);

        assertThatThrownBy(() -> validate("<n>1</n>")).isInstanceOf(IOException.class);
    }

    @Test
    void shouldFailIfTheSchemaIsInvalid() throws Exception {
        store.put(MAIN, schema("\n" + element("xs:no-such")));

        assertThatThrownBy(() -> validate("<n>1</n>"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("line 2");
    }

    @Test
    void shouldFailWhenTheSchemaHasADoctype() throws Exception {
        store.put(MAIN, "<!DOCTYPE x>" + schema(element("xs:int")));

        assertThatThrownBy(() -> validate("<n>1</n>")).hasMessageContaining("DOCTYPE");
    }

    @Test
    void shouldKeepTheSchemaWhileItIsEditedOnDisk() throws Exception {
        store.put(MAIN, schema(element("xs:int")));
        validate("<n>1</n>");

        store.markChanging(MAIN);

        assertThat(validate("<n>1</n>").accepted()).isTrue();
    }

    @Test
    void shouldFailWhileANewSchemaIsBeingChanged() throws Exception {
        store.put(MAIN, schema(element("xs:int")));
        store.markChanging(MAIN);

        assertThatThrownBy(() -> validate("<n>1</n>")).hasMessageContaining("being changed on disk");
    }

    @Test
    void shouldIgnoreTheSchemaLocationOfADocument() throws Exception {
        store.put(MAIN, schema(element("xs:int")));
        store.put("schemas/lax.xsd", schema(element("xs:string")));

        Verdict verdict = validate("<n xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
                + " xsi:noNamespaceSchemaLocation='lax.xsd'>one</n>");

        assertThat(verdict.accepted()).isFalse();
    }

    @Test
    void shouldReportSeveralViolationsUpToAMaximum() throws Exception {
        store.put(
                MAIN,
                schema("<xs:element name='l'><xs:complexType><xs:sequence><xs:element name='n' type='xs:int'"
                        + " maxOccurs='unbounded'/></xs:sequence></xs:complexType></xs:element>"));

        assertThat(validate("<l><n>x</n><n>1</n><n>x</n></l>").violations()).hasSizeBetween(2, 4);
        assertThat(validate("<l>" + "<n>x</n>".repeat(1_000) + "</l>").violations())
                .hasSize(20);
    }

    @Test
    void shouldNotBufferAnEndlessText() throws Exception {
        store.put(MAIN, schema(element("xs:string")));
        EndlessInput text = new EndlessInput("<n>", "all work and no play ");

        Verdict verdict = validator.validate(new StagedBytes(RecordPath.of("some.xml"), 1 << 20, () -> text));

        assertThat(verdict.violations().get(0).message()).contains("split it up");
        assertThat(text.bytesRead()).isLessThan(2L * TextGuard.MAX_TEXT_LENGTH);
    }

    @Test
    void shouldAcceptManyTextsWithALargeTotalLength() throws Exception {
        store.put(
                MAIN,
                schema("<xs:element name='l'><xs:complexType><xs:sequence><xs:element name='n' type='xs:string'"
                        + " maxOccurs='unbounded'/></xs:sequence></xs:complexType></xs:element>"));

        String text = "<n>" + "a".repeat(TextGuard.MAX_TEXT_LENGTH / 3) + "</n>";

        assertThat(withAnySize()
                        .validate(StagedBytes.of("<l>" + text.repeat(4) + "</l>"))
                        .accepted())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<xs:element name='n'><xs:complexType><xs:attribute name='i' type='xs:ID'/></xs:complexType></xs:element>",
                "<xs:simpleType name='t'><xs:list itemType='xs:IDREF'/></xs:simpleType><xs:element name='n' type='t'/>",
                "<xs:element name='n'><xs:unique name='u'><xs:selector xpath='m'/><xs:field xpath='@i'/></xs:unique></xs:element>"
            })
    void shouldRefuseALargeDocumentWhoseValuesMustBeBuffered(String content) throws Exception {
        store.put(MAIN, schema(content));

        Verdict verdict = withAnySize()
                .validate(new StagedBytes(RecordPath.of("some.xml"), 9 << 20, () -> new EndlessInput("<n>", "x")));

        assertThat(verdict.violations().get(0).message()).contains("ID, key or unique");
    }

    private XsdValidator withAnySize() {
        return new XsdValidator(
                Configurations.of(XsdConfiguration.class, "paths", Settings.allPaths(), "schema", MAIN),
                store,
                new DocumentMemory(1 << 20));
    }

    @Test
    void shouldRefuseAConfigurationWithoutSchema() {
        assertThatThrownBy(() -> configured(" ")).hasMessageContaining("schema is missing");
        assertThatThrownBy(() -> configured("/a")).hasMessageContaining("empty segment");
    }
}
