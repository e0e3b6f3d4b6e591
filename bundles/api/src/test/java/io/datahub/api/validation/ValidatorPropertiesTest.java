package io.datahub.api.validation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ValidatorPropertiesTest {

    @Test
    void shouldReadListsFromArraysCollectionsAndCommaSeparatedText() {
        assertThat(ValidatorProperties.list(new String[] {"a", " b "})).containsExactly("a", "b");
        assertThat(ValidatorProperties.list(List.of("a", "b,c"))).containsExactly("a", "b", "c");
        assertThat(ValidatorProperties.list("a/1.0.0, b,")).containsExactly("a/1.0.0", "b");
        assertThat(ValidatorProperties.list(null)).isEmpty();
    }

    @Test
    void shouldNameAValidatorByItsPropertyOrItsPid() {
        assertThat(ValidatorProperties.name(" logo ", "x")).isEqualTo("logo");
        assertThat(ValidatorProperties.name(" ", "io.datahub.validator.xml~feeds"))
                .isEqualTo("xml-feeds");
        assertThat(ValidatorProperties.name(null, "org.example.rule")).isEqualTo("org.example.rule");
    }
}
