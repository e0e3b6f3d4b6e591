package io.datahub.validators.cloudevents;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import io.datahub.test.Configurations;
import io.datahub.validators.support.DocumentMemory;
import io.datahub.validators.support.FolderStore;
import io.datahub.validators.support.StagedBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CloudEventsValidatorTest {

    private static final String EVENT =
            "'specversion':'1.0','id':'1','source':'/ci','type':'com.example.build','subject':'a',"
                    + "'time':'2026-11-23T10:00:00.5+01:00','datacontenttype':'application/json','sampled':true,'n':7";

    private static final String CDEVENT =
            "{'specversion':'1.0','id':'1','source':'/ci','type':'dev.cdevents.build.finished.0.2.0','data':{'context':"
                    + "{'id':'1','source':'/ci','type':'dev.cdevents.build.finished.0.2.0'},'subject':{'id':'b'}}}";

    @TempDir
    private Path folder;

    private FolderStore store;

    @BeforeEach
    void setUp() {
        store = new FolderStore(folder);
    }

    private CloudEventsValidator validator(Object... settings) {
        Object[] all = Arrays.copyOf(settings, settings.length + 2);
        all[settings.length] = "topics";
        all[settings.length + 1] = new String[] {"build."};
        return new CloudEventsValidator(configuration(all), store, new DocumentMemory(1 << 20));
    }

    private static CloudEventsConfiguration configuration(Object... settings) {
        return Configurations.of(CloudEventsConfiguration.class, settings);
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static Verdict validate(CloudEventsValidator validator, String event)
            throws IOException, InterruptedException {
        byte[] bytes = json(event).getBytes(StandardCharsets.UTF_8);
        Verdict verdict =
                validator.validate("build.done", "ci", ByteBuffer.wrap(bytes).asReadOnlyBuffer());
        assertThat(validator.validate(StagedBytes.of(bytes))).isEqualTo(verdict);
        return verdict;
    }

    private Verdict validate(String event) throws IOException, InterruptedException {
        return validate(validator(), event);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{" + EVENT + "}",
                "{" + EVENT + ",'data':{'a':1}}",
                "{" + EVENT + ",'data':null,'traceparent':null}",
                "{" + EVENT + ",'data_base64':'AAE='}",
                "{'specversion':'1.0','id':'1','source':'urn:x','type':'t'}",
                CDEVENT
            })
    void shouldAcceptCloudEvents(String event) throws Exception {
        assertThat(validate(event)).isEqualTo(Verdict.accept());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[]|a CloudEvent is a JSON object",
                "{'specversion':'1.0','source':'/','type':'t'}|id must be a non-empty string",
                "{'specversion':'1.0','id':'','source':'/','type':'t'}|id must be a non-empty string",
                "{'specversion':'1.0','id':1,'source':'/','type':'t'}|id must be a non-empty string",
                "{'specversion':'0.3','id':'1','source':'/','type':'t'}|specversion must be",
                "{'specversion':'1.0','id':'1','source':'a b','type':'t'}|source must be a URI-reference",
                "{'specversion':'1.0','id':'1','source':'/','type':'t','dataschema':'x'}|dataschema must be a URI with a scheme",
                "{'specversion':'1.0','id':'1','source':'/','type':'t','time':'2026-11-23T10:00:00'}|time must have the form",
                "{'specversion':'1.0','id':'1','source':'/','type':'t','subject':''}|subject must be a non-empty string",
                "{'specversion':'1.0','id':'1','source':'/','type':'t','datacontenttype':'json'}|datacontenttype must be a media type",
                "{'specversion':'1.0','id':'1','source':'/','type':'t','myAttribute':'x'}|isn't the name of an attribute",
                "{'specversion':'1.0','id':'1','source':'/','type':'t','my':{}}|my must be a string, a boolean or an integer",
                "{'specversion':'1.0','id':'1','source':'/','type':'t','my':1.5}|my must be a string, a boolean or an integer",
                "{'specversion':'1.0','id':'1','source':'/','type':'t','my':3000000000}|my must be a string, a boolean or an integer",
                "{'specversion':'1.0','id':'1','source':'/','type':'t','data':1,'data_base64':'AA=='}|data or data_base64, not both",
                "{'specversion':'1.0','id':'1','source':'/','type':'t','data_base64':'%'}|data_base64 isn't Base64",
                "{'id':'1','id':'2'}|invalid JSON",
                "build done|invalid JSON"
            })
    void shouldRefuseInvalidCloudEvents(String event, String message) throws Exception {
        assertThat(validate(event).violations())
                .extracting(Violation::message)
                .anyMatch(found -> found.contains(message));
    }

    @Test
    void shouldRefuseACdEventThatDiffersFromTheEventThatCarriesIt() throws Exception {
        assertThat(validate(CDEVENT.replace("'context':{'id':'1'", "'context':{'id':'2'"))
                        .violations())
                .extracting(Violation::message)
                .containsExactly("data/context/id differs from id; in a CDEvent both are the same");
    }

    @Test
    void shouldAcceptListedTypesOnly() throws Exception {
        CloudEventsValidator validator = validator("types", new String[] {"com.example.*, org.x"});

        assertThat(validate(validator, "{" + EVENT + "}").accepted()).isTrue();
        assertThat(validate(validator, "{" + EVENT.replace("com.example.build", "com.examples") + "}")
                        .accepted())
                .isFalse();
    }

    @Test
    void shouldValidateTheDataByTheSchemaForItsType() throws Exception {
        store.put("schemas/com.example.build.json", "{\"required\": [\"commit\"]}");
        CloudEventsValidator validator = validator("dataSchemas", new String[] {"com.example.* schemas/{type}.json"});

        assertThat(validate(validator, "{" + EVENT + ",'data':{'commit':'1'}}").accepted())
                .isTrue();
        assertThat(validate(validator, "{" + EVENT.replace("com.e", "org.e") + "}")
                        .accepted())
                .isTrue();
        assertThat(validate(validator, "{" + EVENT + ",'data':{}}").violations())
                .extracting(Violation::message)
                .anyMatch(found -> found.contains("commit"));
        assertThat(validate(validator, "{" + EVENT + "}").accepted()).isFalse();

        store.put("schemas/com.example.build.json", "{}");
        assertThat(validate(validator, "{" + EVENT + ",'data':{}}").accepted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"com.example.other", "com.example./../../x", "com.example.ü"})
    void shouldRefuseTypesWithoutASchema(String type) throws Exception {
        CloudEventsValidator validator = validator("dataSchemas", new String[] {"com.example.* schemas/{type}.json"});

        assertThat(validate(validator, "{" + EVENT.replace("com.example.build", type) + ",'data':{}}")
                        .violations())
                .extracting(Violation::message)
                .anyMatch(found -> found.contains("there is no schema"));
    }

    @Test
    void shouldFailIfAFixedSchemaIsMissing() {
        CloudEventsValidator validator = validator("dataSchemas", new String[] {"* schemas/all.json"});

        assertThatThrownBy(() -> validate(validator, "{" + EVENT + ",'data':1}"))
                .hasMessageContaining("schemas/all.json");
    }

    @Test
    void shouldRefuseEventsThatAreTooBig() throws Exception {
        assertThat(validate(validator("maxBytes", 10L), "{" + EVENT + "}").violations())
                .extracting(Violation::message)
                .anyMatch(found -> found.contains("at most 10"));
    }

    @Test
    void shouldApplyConfigurationChangesAndFailWhileTheConfigurationIsInvalid() throws Exception {
        CloudEventsValidator validator = validator();

        validator.modified(configuration("topics", new String[] {"build."}, "types", new String[] {"x"}));
        assertThat(validate(validator, "{" + EVENT + "}").accepted()).isFalse();
        assertThatThrownBy(() -> validator.modified(configuration())).hasMessageContaining("paths and topics");
        assertThatThrownBy(() -> validate(validator, "{" + EVENT + "}")).hasMessageContaining("paths and topics");
        validator.modified(configuration("topics", new String[] {"build."}));
        assertThat(validate(validator, "{" + EVENT + "}").accepted()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a b c", "a ../x", "a /x"})
    void shouldRejectInvalidSchemaItems(String schemas) {
        assertThatThrownBy(() -> validator("dataSchemas", new String[] {schemas}))
                .hasMessageContaining("dataSchemas");
    }

    @Test
    @Timeout(10)
    void shouldMatchTypesInLinearTime() throws Exception {
        CloudEventsValidator validator = validator("types", new String[] {"com.example.*.build.*.build.*.v1"});
        String type = "com.example." + ".build.".repeat(140);

        assertThat(validate(validator, "{'specversion':'1.0','id':'1','source':'/ci','type':'" + type + "'}")
                        .violations())
                .extracting(Violation::message)
                .singleElement()
                .asString()
                .contains("is not allowed here");
    }

    @Test
    void shouldRefuseATypeThatIsTooLong() throws Exception {
        String event = "{'specversion':'1.0','id':'1','source':'/ci','type':'" + "a".repeat(1025) + "'}";

        assertThat(validate(event).violations())
                .extracting(Violation::message)
                .containsExactly("the type has 1025 characters; the maximum is 1024");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-12-31T23:59:60Z, true",
        "2027-01-01T00:59:60.5+01:00, true",
        "2026-12-31T22:59:60Z, false",
        "2026-12-31t10:00:00z, true",
        "2026-12-31T10:00Z, false",
        "2026-12-31 10:00:00Z, false",
        "2026-02-30T10:00:00Z, false",
        "2026-12-31T24:00:00Z, false",
        "2026-12-31T10:00:00+01, false",
        "2026-12-31T10:00:00, false"
    })
    void shouldAcceptRfc3339TimesOnly(String time, boolean accepted) throws IOException, InterruptedException {
        String event = "{'specversion':'1.0','id':'1','source':'/ci','type':'a','time':'" + time + "'}";

        assertThat(validate(event).accepted()).isEqualTo(accepted);
    }
}
