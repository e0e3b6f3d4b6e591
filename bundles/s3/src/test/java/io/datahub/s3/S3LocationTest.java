package io.datahub.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class S3LocationTest {

    @Test
    void shouldPutTheBucketIntoThePath() {
        S3Location location = S3Location.parse("https://s3.example.org/records");
        assertThat(location.object("abc", Map.of())).hasToString("https://s3.example.org/records/abc");
        assertThat(location.bucket(Map.of())).hasToString("https://s3.example.org/records");
        assertThat(location.region()).isEqualTo("us-east-1");
        assertThat(location.host()).isEqualTo("s3.example.org");
        assertThat(location.isEncrypted()).isTrue();
    }

    @Test
    void shouldUnderstandPortPrefixAndRegion() {
        S3Location location = S3Location.parse("http://127.0.0.1:9000/records/hub/one/?region=eu-central-1");
        assertThat(location.object("abc", Map.of())).hasToString("http://127.0.0.1:9000/records/hub/one/abc");
        assertThat(location.region()).isEqualTo("eu-central-1");
        assertThat(location.host()).isEqualTo("127.0.0.1:9000");
        assertThat(location.isEncrypted()).isFalse();
    }

    @Test
    void shouldLeaveTheDefaultPortOutOfTheHost() {
        assertThat(S3Location.parse("https://s3.example.org:443/b").host()).isEqualTo("s3.example.org");
        assertThat(S3Location.parse("http://s3.example.org:443/b").host()).isEqualTo("s3.example.org:443");
    }

    @Test
    void shouldEncodeAndSortTheQuery() {
        S3Location location = S3Location.parse("https://s3.example.org/records");
        assertThat(location.bucket(Map.of("start-after", "a b/ü~", "list-type", "2", "uploads", "")))
                .hasToString("https://s3.example.org/records?list-type=2&start-after=a%20b%2F%C3%BC~&uploads=");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "s3.example.org/records",
                "ftp://s3.example.org/records",
                "https://s3.example.org",
                "https://s3.example.org/",
                "https://key:secret@s3.example.org/records",
                "https://key:se cret@s3.example.org/records",
                "https://s3.example.org/records?region=",
                "https://s3.example.org/records?path=style",
                "https:///records"
            })
    void shouldRefuseAnotherForm(String url) {
        assertThatThrownBy(() -> S3Location.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http[s]://HOST[:PORT]/BUCKET[/PREFIX][?region=REGION]")
                .hasNoCause()
                .message()
                .doesNotContain("cret@");
    }
}
