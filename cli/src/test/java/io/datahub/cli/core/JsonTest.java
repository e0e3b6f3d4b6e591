package io.datahub.cli.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @Test
    void shouldWriteWhatItHasRead() throws IOException {
        String text = "{\"a\":[1,-2.5,true,null,\"ü\\n\"],\"b\":{\"c\":{}}}";

        assertThat(Json.text(Json.object(text))).isEqualTo(text);
    }

    @Test
    void shouldTakeWhatIsMissingOrOfAnotherTypeAsAbsent() throws IOException {
        Map<String, Object> object = Json.object("{\"text\":1,\"list\":\"x\"}");

        assertThat(Json.string(object, "text")).isEmpty();
        assertThat(Json.objects(object, "list")).isEmpty();
        assertThat(Json.number(object, "nothing")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "{\"a\":", "{\"a\":[1,", "nothing"})
    void shouldFailForWhatIsNoObject(String text) {
        assertThatThrownBy(() -> Json.object(text)).isInstanceOf(IOException.class);
    }
}
