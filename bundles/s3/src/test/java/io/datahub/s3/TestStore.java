package io.datahub.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.gaul.s3proxy.BlobStores;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;

/** S3Proxy over a folder, on a free port of the loopback interface, with a bucket {@code records}. */
final class TestStore implements AutoCloseable {

    static final String BUCKET = "records";

    private final S3Proxy server;
    private final Path secrets;
    private final String scheme;

    TestStore(Path folder) {
        this(folder, "http");
    }

    /** @param scheme {@code https} needs the key store {@code keys} with the password {@code secret} in the folder */
    TestStore(Path folder, String scheme) {
        this.scheme = scheme;
        secrets = folder.resolve("secrets");
        try {
            Files.createDirectories(folder.resolve("objects").resolve(BUCKET));
            Files.createDirectories(secrets);
            setKeys("hub", "hub-secret");
            Properties properties = new Properties();
            properties.setProperty(
                    "jclouds.filesystem.basedir", folder.resolve("objects").toString());
            S3Proxy.Builder builder = S3Proxy.builder()
                    .blobStore(BlobStores.create("filesystem-nio2", properties))
                    .awsAuthentication(AuthenticationType.AWS_V4, "hub", "hub-secret");
            if (scheme.equals("https")) {
                builder.secureEndpoint(URI.create("https://127.0.0.1:0"))
                        .keyStore(folder.resolve("keys").toString(), "secret");
            } else {
                builder.endpoint(URI.create("http://127.0.0.1:0"));
            }
            server = builder.build();
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** What the hub signs with. */
    void setKeys(String id, String secret) throws IOException {
        Files.writeString(secrets.resolve("blobs.access-key"), id + "\n");
        Files.writeString(secrets.resolve("blobs.secret-key"), secret + "\n");
    }

    String url() {
        int port = scheme.equals("https") ? server.getSecurePort() : server.getPort();
        return scheme + "://127.0.0.1:" + port + "/" + BUCKET + "/hubs";
    }

    Path secrets() {
        return secrets;
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
