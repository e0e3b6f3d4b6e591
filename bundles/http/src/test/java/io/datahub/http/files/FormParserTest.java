package io.datahub.http.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Refusal;
import io.datahub.jetty.web.HeaderValue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormParserTest {

    private static final String HEAD = "Content-Disposition: form-data; name=\"f\"; filename=\"%s\"\r\n\r\n";

    /** Collects the parts of a form: name and content. */
    private static final class Parts implements FormParser.Listener {
        private final List<String> names = new ArrayList<>();
        private final List<ByteArrayOutputStream> contents = new ArrayList<>();

        @Override
        public Optional<Refusal> begin(FormPart part) {
            names.add(part.fileName());
            contents.add(new ByteArrayOutputStream());
            return Optional.empty();
        }

        @Override
        public Optional<Refusal> content(ByteBuffer bytes) {
            while (bytes.hasRemaining()) {
                contents.get(contents.size() - 1).write(bytes.get());
            }
            return Optional.empty();
        }

        private String content(int part) {
            return contents.get(part).toString(StandardCharsets.ISO_8859_1);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static Parts parse(String form, int chunkSize) throws IOException {
        Parts parts = new Parts();
        FormParser parser = new FormParser("B", 100, parts);
        byte[] bytes = bytes(form);
        for (int i = 0; i < bytes.length; i += chunkSize) {
            assertThat(parser.parse(ByteBuffer.wrap(bytes, i, Math.min(chunkSize, bytes.length - i))))
                    .isEmpty();
        }
        assertThat(parser.isComplete()).isTrue();
        return parts;
    }

    private static Optional<Refusal> refusal(String form) throws IOException {
        return new FormParser("B", 2, new Parts()).parse(ByteBuffer.wrap(bytes(form)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n--B--\r\n",
                "\n--B\n\n",
                "a\r--B--",
                "\r\n-B--\r\n--",
                "\r\n--b--",
                "\r\r\n\r\r\n-",
                "\r\n--BB\r\n",
                "\r\n--B-",
                "\r\n--B-x",
                "\r\n--B \t-x\r\n--B x",
                "\r\n--B \r",
                "\r\n--B \r \r\n",
                "\r\n--B\n",
                "-B--\r\n",
                "\u00ff\u0000"
            })
    void shouldTreatIncompleteDelimitersAsContent(String content) throws Exception {
        String form = "a preamble\r\n--B\r\n" + HEAD.formatted("a") + content + "\r\n--B \t\r\n" + HEAD.formatted("b")
                + content + content + "\r\n--B--\r\nan epilogue\r\n--B\r\n";

        for (int chunkSize = 1; chunkSize <= form.length(); chunkSize++) {
            Parts parts = parse(form, chunkSize);

            assertThat(parts.names).containsExactly("a", "b");
            assertThat(parts.content(0)).isEqualTo(content);
            assertThat(parts.content(1)).isEqualTo(content + content);
        }
    }

    @Test
    void shouldAcceptAPartWithoutContent() throws Exception {
        Parts parts = parse("--B\r\n" + HEAD.formatted("a") + "--B\r\n\r\nno headers\r\n--B--", 1);

        assertThat(parts.names).containsExactly("a", "");
        assertThat(parts.content(0)).isEmpty();
        assertThat(parts.content(1)).isEqualTo("no headers");
    }

    @Test
    void shouldNotBeCompleteBeforeTheLastBoundary() throws Exception {
        FormParser parser = new FormParser("B", 100, new Parts());
        parser.parse(ByteBuffer.wrap(bytes("--B\r\n" + HEAD.formatted("a") + "x\r\n--B-")));

        assertThat(parser.isComplete()).isFalse();
    }

    @Test
    void shouldLimitHeadersAndParts() throws Exception {
        char[] many = new char[16 * 1024];
        Arrays.fill(many, 'x');

        assertThat(refusal("--B\r\nX: " + new String(many))).isPresent();
        assertThat(refusal("--B\r\n" + "X: 1\r\n\r\n\r\n--B\r\n".repeat(2))).isPresent();
        assertThat(refusal("--B\r\n" + "X: 1\r\n\r\n\r\n--B".repeat(2) + "--")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Disposition: form-data; filename=\"t\u00e9.txt\"",
                "Content-Disposition: form-data; filename=\"a",
                "Content-Disposition: form-data; filename=\"a\"b",
                "Content-Disposition: form-data; filename=a; filename=b",
                "Content-Disposition: form-data; filename=a\r\nContent-Disposition: form-data; filename=b",
                "Content-Disposition: form-data; filename*=iso-8859-1''a",
                "Content-Disposition: form-data; filename*=utf-8''%ff",
                "Content-Disposition: form-data; filename=a\nX: y",
                "Content-Transfer-Encoding: base64",
                "no header"
            })
    void shouldRefuseMalformedHeaders(String lines) throws Exception {
        assertThat(refusal("--B\r\n" + lines + "\r\n\r\nx\r\n--B--")).isPresent();
    }

    @Test
    void shouldParseFileNamesOfCommonClients() throws Exception {
        assertThat(name("filename=\"a%22b%0.txt\"")).isEqualTo("a\"b%0.txt");
        assertThat(name("filename=\"a\\\"b\\\\c\\d; e\"")).isEqualTo("a\"b\\c\\d; e");
        assertThat(name("FileName = a b.txt ;x=y")).isEqualTo("a b.txt");
        assertThat(name("name=\"filename=x\";filename=\"gr\u00c3\u00bc\u00c3\u009fe\""))
                .isEqualTo("grüße");
        assertThat(name("filename=x; filename*=UTF-8'de'gr%C3%BC%C3%9Fe")).isEqualTo("grüße");
        assertThat(name("name=f")).isEmpty();
    }

    private static String name(String parameters) throws IOException {
        return parse("--B\r\ncontent-disposition:form-data; " + parameters + "\r\n\r\nx\r\n--B--", 7)
                .names
                .get(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "multipart/form-data; boundary=B",
                "multipart/form-data;Boundary=\"B\"",
                "Multipart/Form-Data; charset=utf-8 ; BOUNDARY = B ;"
            })
    void shouldFindTheBoundaryInAnyCase(String type) {
        assertThat(HeaderValue.parse(type).get().parameter("boundary")).contains("B");
    }
}
