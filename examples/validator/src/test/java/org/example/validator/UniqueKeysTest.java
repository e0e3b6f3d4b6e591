package org.example.validator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UniqueKeysTest {

    private static Verdict validate(String text) throws IOException {
        return new UniqueKeys().validate(new Text(text));
    }

    @Test
    void shouldAcceptKeysThatDiffer() throws IOException {
        assertTrue(validate("# a=1\na=1\n\nab : 2\nlong = one \\\n  a=two\nb\\=c = 3\nb = 4\n").accepted());
    }

    @Test
    void shouldRefuseAKeyThatOccursTwice() throws IOException {
        Verdict verdict = validate("a=1\nb=2\n  a : 3\n");

        assertEquals(1, verdict.violations().size());
        assertEquals(3, verdict.violations().get(0).line());
        assertEquals("the key a is in line 1 already", verdict.violations().get(0).message());
    }

    private record Text(String text) implements Candidate {
        @Override
        public RecordPath path() {
            return RecordPath.of("conf/app.properties");
        }

        @Override
        public Optional<String> user() {
            return Optional.empty();
        }

        @Override
        public long size() {
            return text.length();
        }

        @Override
        public String sha256() {
            return "";
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        @Override
        public Optional<InputStream> openPrevious() {
            return Optional.empty();
        }
    }
}
