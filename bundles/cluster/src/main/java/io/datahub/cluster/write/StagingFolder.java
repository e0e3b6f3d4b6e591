package io.datahub.cluster.write;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/** The folder where drafts receive their bytes before they go to the blob store. Thread-safe. */
public final class StagingFolder {

    private final Path folder;
    private final AtomicLong next = new AtomicLong();

    /** Deletes what an earlier run has left. */
    public StagingFolder(Path state) throws IOException {
        folder = Files.createDirectories(state.resolve("staging"));
        try (DirectoryStream<Path> left = Files.newDirectoryStream(folder)) {
            for (Path file : left) {
                if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    Files.delete(file);
                }
            }
        }
    }

    /** The folder. */
    public Path path() {
        return folder;
    }

    /** A path in it that wasn't used before. */
    public Path newFile() {
        return folder.resolve("draft-" + next.getAndIncrement());
    }
}
