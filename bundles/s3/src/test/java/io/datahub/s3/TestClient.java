package io.datahub.s3;

import io.datahub.api.cluster.Blobs.Source;
import io.datahub.api.secret.SecretFiles;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** The parts of the bundle, for a store of a test. */
final class TestClient implements AutoCloseable {

    static final long PART_BYTES = 5L << 20;

    final Retries retries;
    final S3Metrics metrics;
    final ObjectRequests objects;
    final S3Blobs blobs;
    final S3Location location;
    private final S3Client client;

    TestClient(String url, Path secrets, Duration timeout) throws IOException {
        location = S3Location.parse(url);
        retries = new Retries(5, Duration.ofSeconds(20));
        metrics = new S3Metrics(retries);
        client = new S3Client(location, new SecretFiles(secrets.toString()), timeout);
        objects = new ObjectRequests(client, metrics);
        blobs = new S3Blobs(objects, retries, PART_BYTES);
    }

    static Source source(byte[] bytes) {
        return new Source() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public Optional<String> sha256() {
                return Optional.empty();
            }

            @Override
            public InputStream open(long from) {
                return new ByteArrayInputStream(bytes, (int) from, bytes.length - (int) from);
            }
        };
    }

    byte[] read(String key, long from, long length) throws IOException {
        try (InputStream in = blobs.open(key, from, length)) {
            return in.readAllBytes();
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
