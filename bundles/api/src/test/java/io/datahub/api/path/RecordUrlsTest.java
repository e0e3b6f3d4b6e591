package io.datahub.api.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RecordUrlsTest {

    @ParameterizedTest
    @CsvSource({
        "'', a, /files/a",
        "https://hub.example, builds/a.tgz, https://hub.example/files/builds/a.tgz",
        "https://hub.example/, a, https://hub.example/files/a",
        "http://[::1]:8480, a, http://[::1]:8480/files/a",
        "' https://ci.example/datahub/ ', a, https://ci.example/datahub/files/a",
        "HTTPS://Hub.example:443, a, HTTPS://Hub.example:443/files/a"
    })
    void shouldPutThePublicUrlBeforeThePath(String publicUrl, String path, String url) {
        assertThat(RecordUrls.of(publicUrl).of(RecordPath.of(path))).isEqualTo(url);
    }

    @ParameterizedTest
    @CsvSource({
        "a b/prüf.txt, /files/a%20b/pr%C3%BCf.txt",
        "100%, /files/100%25",
        "a?b#c, /files/a%3Fb%23c",
        "x;y, /files/x%3By",
        "a'b\"c, /files/a'b%22c",
        "'a+b,c=d:e@f!$&(*)~', '/files/a+b,c=d:e@f!$&(*)~'",
        "[1]{2}|^`<>, /files/%5B1%5D%7B2%7D%7C%5E%60%3C%3E",
        "😀, /files/%F0%9F%98%80"
    })
    void shouldPercentEncodeThePath(String path, String url) {
        assertThat(RecordUrls.RELATIVE.of(RecordPath.of(path))).isEqualTo(url);
        assertThat(URI.create("https://hub.example").resolve(url).getPath()).isEqualTo("/files/" + path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hub.test",
                "ftp://hub.example",
                "https:///files",
                "https://ops:secret@hub.example",
                "https://hub.example?x",
                "https://hub.example/#x",
                "https://hub.example:99999",
                "https://hub.example/a/../b",
                "https://hüb.example",
                "https://hub.example/prüf",
                "https://a_b.example",
                "https://hub example",
                "https://a, https://b",
                "/files"
            })
    void shouldRefuseOtherPublicUrls(String publicUrl) {
        assertThatThrownBy(() -> RecordUrls.of(publicUrl))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(RecordUrls.ALLOWED)
                .hasMessageNotContaining(publicUrl);
    }

    @Test
    void shouldBePrintedAsThePublicUrl() {
        assertThat(RecordUrls.of("https://hub.example/")).hasToString("https://hub.example");
        assertThat(RecordUrls.RELATIVE).hasToString("");
    }
}
