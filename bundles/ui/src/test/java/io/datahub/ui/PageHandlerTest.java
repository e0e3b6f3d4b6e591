package io.datahub.ui;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.User;
import io.datahub.test.http.TestServer;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageHandlerTest {

    private static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    private TestServer server;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(new PageHandler(), new User("ann", Set.of(), List.of()));
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void shouldServeThePageToBrowsersOnly() throws Exception {
        HttpResponse<String> page = server.get("/", "Accept", BROWSER);
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html;charset=utf-8");
        assertThat(page.body()).startsWith("<!doctype html>");
        assertThat(server.get("/", "Accept", "*/*").statusCode()).isEqualTo(404);
        assertThat(server.send("POST", "/", "", "Accept", BROWSER).statusCode()).isEqualTo(404);
        assertThat(server.send("HEAD", "/", "", "Accept", BROWSER).headers().firstValue("Content-Length"))
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "/ui/app.js, text/javascript;charset=utf-8",
        "/ui/app.css, text/css;charset=utf-8",
        "/ui/icon.svg, image/svg+xml"
    })
    void shouldRestrictTheBrowserToWhatThePageNeeds(String path, String type) throws Exception {
        HttpResponse<String> file = server.get(path);
        assertThat(file.headers().firstValue("Content-Type")).contains(type);
        assertThat(file.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(file.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'; script-src 'self';")
                .contains("frame-ancestors 'none'")
                .doesNotContain("unsafe", "http:", "https:", "*");
    }

    @Test
    void shouldSendAFileOnlyIfItsEtagDiffers() throws Exception {
        String etag = server.get("/ui/app.js").headers().firstValue("ETag").orElseThrow();
        assertThat(server.get("/ui/app.js", "If-None-Match", etag).statusCode()).isEqualTo(304);
        assertThat(server.get("/ui/app.js", "If-None-Match", "\"other\"").statusCode())
                .isEqualTo(200);
        assertThat(server.get("/ui/app.js", "If-None-Match", "\"other\", W/" + etag)
                        .statusCode())
                .isEqualTo(304);
        assertThat(server.get("/ui/app.js", "If-Match", "\"other\"").statusCode())
                .isEqualTo(412);
        assertThat(server.get("/ui/app.js", "If-Match", etag).statusCode()).isEqualTo(200);
    }

    @Test
    void shouldContainAllFilesOfThePage() {
        Assets assets = new Assets();
        assertThat(Assets.names())
                .contains("index.html", "app.js")
                .allSatisfy(name -> assertThat(assets.get(name).bytes()).isNotEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/ui", "/ui/", "/ui/nothing.js", "/ui/../ui/app.js", "/files", "/ui/PageHandler.class"})
    void shouldServeNothingElse(String path) throws Exception {
        assertThat(server.get(path, "Accept", BROWSER).statusCode()).isEqualTo(404);
    }

    /** The Content-Security-Policy would block these in the browser. */
    @Test
    void shouldHaveNoInlineScriptOrStyleAndNoExternalResource() throws Exception {
        String page = server.get("/", "Accept", BROWSER).body();
        assertThat(page).doesNotContain("style=", "<style").doesNotContainPattern("\\son[a-z]+=");
        assertThat(Pattern.compile("<script[^>]*>\\s*[^<\\s]").matcher(page).find())
                .isFalse();
        assertThat(Pattern.compile("(src|href)=\"(?!/ui/|#)").matcher(page).find())
                .isFalse();
    }

    @Test
    void shouldServeEachFileThatThePageReferences() throws Exception {
        String page = server.get("/", "Accept", BROWSER).body();
        for (String name : List.of("app.js", "dom.js", "hub.js", "events.js", "files.js", "uploads.js", "status.js")) {
            page += server.get("/ui/" + name)
                    .body()
                    .replace("from './", "from \"/ui/")
                    .replace("'\n", "\"\n");
        }
        var names = Pattern.compile("\"(/ui/[^\"]+)\"")
                .matcher(page)
                .results()
                .map(found -> found.group(1))
                .toList();
        assertThat(names).hasSizeGreaterThan(10);
        for (String name : names) {
            assertThat(server.get(name).statusCode()).as(name).isEqualTo(200);
        }
    }
}
