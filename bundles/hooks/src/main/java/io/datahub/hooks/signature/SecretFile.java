package io.datahub.hooks.signature;

import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file with the secrets shared with one system, one per line: several while they are exchanged. Read again whenever
 * it has changed. Thread-safe.
 */
public final class SecretFile {

    private static final Logger LOG = LoggerFactory.getLogger(SecretFile.class);

    private static final long MAX_BYTES = 64 * 1024;

    private final Path file;

    /** Guarded by this, as are the next two fields. */
    private FileTime readAt;

    private long readBytes = -1;
    private List<Secret> secrets = List.of();

    /** @param file the file, which may be created later */
    public SecretFile(Path file) {
        this.file = file;
    }

    /**
     * The current secrets, the newest first as in the file.
     *
     * @return at least one
     * @throws IOException if the file can't be read or has none; the message says so without quoting it
     */
    public synchronized List<Secret> secrets() throws IOException {
        BasicFileAttributes attributes = readable(() -> Files.readAttributes(file, BasicFileAttributes.class));
        if (attributes.size() != readBytes || !attributes.lastModifiedTime().equals(readAt)) {
            secrets = read(attributes.size());
            readAt = attributes.lastModifiedTime();
            readBytes = attributes.size();
        }
        return secrets;
    }

    /** Reads something; a failure says in words of its own which file can't be read, and why. */
    private static <T> T readable(Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (IOException e) {
            throw new IOException("the secret file can't be read: " + FailureText.of(e), e);
        }
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private List<Secret> read(long bytes) throws IOException {
        if (bytes > MAX_BYTES) {
            throw new IOException("the secret file " + file + " is larger than " + MAX_BYTES + " bytes");
        }
        try {
            List<Secret> found = readable(() -> Files.readAllLines(file)).stream()
                    .map(String::strip)
                    .filter(line -> !line.isEmpty())
                    .map(Secret::new)
                    .toList();
            if (found.isEmpty()) {
                throw new IOException("the secret file " + file + " has no secret");
            }
            LOG.info("event=hooks.secret.loaded file={} secrets={}", LogText.quoted(file), found.size());
            return found;
        } catch (IllegalArgumentException e) {
            throw new IOException("the secret file " + file + " is malformed: " + e.getMessage(), e);
        }
    }

    /** Why the secrets can't be used; empty if they can. */
    public String problem() {
        try {
            secrets();
            return "";
        } catch (IOException e) {
            return e.getMessage();
        }
    }
}
