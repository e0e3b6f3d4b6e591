package io.datahub.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.json.JsonContent;
import io.datahub.api.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValidationJsonTest {

    private static String object(JsonContent fields) {
        byte[] text = JsonText.of(json -> {
            json.writeStartObject();
            fields.write(json);
            json.writeEndObject();
        });
        return new String(text, StandardCharsets.UTF_8);
    }

    @Test
    void shouldWriteValidators() {
        assertThat(object(json -> ValidationJson.writeValidators(json, List.of(new ValidatorId("xml", "1.0.0")))))
                .isEqualTo("""
                        {"validators":[{"name":"xml","version":"1.0.0"}]}""");
        assertThat(object(json -> ValidationJson.writeValidators(json, List.of())))
                .isEqualTo("{\"validators\":[]}");
    }

    @Test
    void shouldWriteViolationsIfThereAreAny() {
        Violation violation = new Violation("xml", "1.0.0", 3, 7, "a \"b\" is missing");

        assertThat(object(json -> ValidationJson.writeViolations(json, List.of(violation))))
                .isEqualTo("""
                        {"violations":[{"validator":"xml","version":"1.0.0","line":3,"column":7,\
                        "message":"a \\"b\\" is missing"}]}""");
        assertThat(object(json -> ValidationJson.writeViolations(json, List.of())))
                .isEqualTo("{}");
    }
}
