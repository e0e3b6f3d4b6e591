package io.datahub.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Sha256;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The examples of the specification: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html. */
class SignatureV4Test {

    private static final S3Keys KEYS = new S3Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");

    private static String signed(String method, String pathAndQuery, Map<String, String> headers, String payload) {
        SortedMap<String, String> all = new TreeMap<>(headers);
        all.put("host", "examplebucket.s3.amazonaws.com");
        return new SignatureV4("us-east-1")
                .sign(
                        KEYS,
                        method,
                        URI.create("https://examplebucket.s3.amazonaws.com" + pathAndQuery),
                        all,
                        Sha256.hex(payload),
                        Instant.parse("2013-05-24T00:00:00Z"))
                .get("authorization");
    }

    @Test
    void shouldSignADownloadOfARange() {
        assertThat(signed("GET", "/test.txt", Map.of("range", "bytes=0-9"), ""))
                .isEqualTo("AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
                        + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
                        + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    @Test
    void shouldSignAnUpload() {
        Map<String, String> headers =
                Map.of("date", "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class", "REDUCED_REDUNDANCY");
        assertThat(signed("PUT", "/test%24file.text", headers, "Welcome to Amazon S3."))
                .contains("SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,")
                .endsWith("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    }

    @Test
    void shouldSignAParameterWithoutAValue() {
        assertThat(signed("GET", "/?lifecycle=", Map.of(), ""))
                .endsWith("Signature=fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    }

    @Test
    void shouldSignAListing() {
        assertThat(signed("GET", "/?max-keys=2&prefix=J", Map.of(), ""))
                .endsWith("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
    }

    @Test
    void shouldNotShowTheSecret() {
        assertThat(KEYS.toString()).isEqualTo("AKIAIOSFODNN7EXAMPLE");
    }
}
