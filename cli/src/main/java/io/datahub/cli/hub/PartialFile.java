package io.datahub.cli.hub;

import io.datahub.cli.core.Json;
import io.datahub.cli.core.PrivateFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;

/**
 * A file next to the one that is fetched. Once it is large, another file remembers which version it has the beginning of, so that
 * a later command can continue.
 */
final class PartialFile implements Sink {

    private final Path file;
    private final String hub;
    private final String path;
    private MessageDigest digest = PrivateFiles.newSha256();
    private Optional<String> etag = Optional.empty();
    private long position;
    private boolean isRemembered;
    private OutputStream out;

    PartialFile(Path file, String hub, String path) throws IOException {
        this.file = file;
        this.hub = hub;
        this.path = path;
        if (Files.isRegularFile(file)) {
            etag = PrivateFiles.readObject(memory())
                    .map(remembered -> Json.string(remembered, "etag"))
                    .filter(tag -> !tag.isEmpty());
            if (etag.isPresent()) {
                isRemembered = true;
                position = Files.size(file);
                digest = Digest.ofBeginning(file, position);
            }
        }
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public Optional<String> etag() {
        return etag;
    }

    @Override
    public void restart(Optional<String> version) throws Unwritable {
        etag = version;
        position = 0;
        digest = PrivateFiles.newSha256();
        close();
        forget();
        try {
            out = create();
        } catch (FileAlreadyExistsException e) {
            replace();
        } catch (IOException e) {
            throw new Unwritable(e);
        }
    }

    private void replace() throws Unwritable {
        try {
            // Never through a link that somebody has put there.
            Files.deleteIfExists(file);
            out = create();
        } catch (IOException e) {
            throw new Unwritable(e);
        }
    }

    private OutputStream create() throws IOException {
        return Files.newOutputStream(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private Path memory() {
        return PrivateFiles.state()
                .resolve("downloads")
                .resolve(PrivateFiles.name(hub, path, file.toAbsolutePath().toString()) + ".json");
    }

    @Override
    public void write(byte[] bytes, int length) throws Unwritable {
        try {
            if (out == null) {
                out = Files.newOutputStream(file, StandardOpenOption.APPEND);
            }
            out.write(bytes, 0, length);
        } catch (IOException e) {
            throw new Unwritable(e);
        }
        digest.update(bytes, 0, length);
        position += length;
        if (!isRemembered && position > Transfer.RESUMABLE && etag.isPresent()) {
            PrivateFiles.write(memory(), Json.text(Map.of("etag", etag.get())));
            isRemembered = true;
        }
    }

    @Override
    public String sha256() {
        return PrivateFiles.hex(digest.digest());
    }

    /** Forgets of which version it is. */
    void forget() throws Unwritable {
        try {
            if (isRemembered) {
                Files.deleteIfExists(memory());
            }
        } catch (IOException e) {
            throw new Unwritable(e);
        }
        isRemembered = false;
    }

    @Override
    public void close() throws Unwritable {
        try {
            if (out != null) {
                out.close();
                out = null;
            }
        } catch (IOException e) {
            throw new Unwritable(e);
        }
    }
}
