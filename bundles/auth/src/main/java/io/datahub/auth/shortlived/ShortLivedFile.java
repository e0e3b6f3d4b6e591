package io.datahub.auth.shortlived;

import io.datahub.api.file.AtomicFile;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of the short-lived tokens, one line each. Lines are appended, so that the cost of a token doesn't grow with
 * their number; to remove some, the file is replaced as a whole. Not thread-safe.
 */
final class ShortLivedFile implements TokenMedium {

    private static final Logger LOG = LoggerFactory.getLogger(ShortLivedFile.class);

    private final Path file;
    private boolean isAppendable; // whether it is known to end with a complete line

    ShortLivedFile(Path file) {
        this.file = file;
    }

    /** The last line may be incomplete after a power failure; a damaged one costs its own token only. */
    @Override
    public void read(Consumer<ShortLivedToken> copier) throws IOException {
        try {
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                try {
                    copier.accept(ShortLivedToken.parse(line));
                } catch (DateTimeParseException | IndexOutOfBoundsException e) {
                    LOG.warn(
                            "event=auth.short-lived.unreadable file={} reason={} remedy=\"clients have to get new "
                                    + "short-lived tokens\"",
                            file,
                            LogText.quoted(e.toString()));
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("event=auth.short-lived.missing file={}", file);
        }
    }

    @Override
    public boolean needsAll(boolean hasRemoved) {
        return hasRemoved || !isAppendable;
    }

    @Override
    public void save(List<ShortLivedToken> tokens, List<ShortLivedToken> removed) throws IOException {
        String lines = tokens.stream().map(ShortLivedToken::line).collect(Collectors.joining());
        boolean isAppended = !needsAll(!removed.isEmpty());
        isAppendable = false;
        if (isAppended) {
            append(lines);
        } else {
            AtomicFile.write(file, AtomicFile.Access.PRIVATE, lines.getBytes(StandardCharsets.UTF_8));
        }
        isAppendable = true;
    }

    private void append(String lines) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(false);
        }
    }

    @Override
    public boolean expires() {
        return false;
    }

    @Override
    public Optional<ShortLivedToken> find(String name, Consumer<ShortLivedToken> copier) {
        return Optional.empty();
    }

    @Override
    public boolean isCurrent() {
        return true;
    }

    @Override
    public void close() {}
}
