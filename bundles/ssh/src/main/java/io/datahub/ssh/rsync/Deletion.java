package io.datahub.ssh.rsync;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import java.util.function.Predicate;

/**
 * Deletes a directory with all that is in it, without following links. What can't be deleted doesn't stop the rest. A
 * program that works with relative paths can make directories whose absolute paths are too long for this machine:
 * directories deep below are therefore moved up before they are deleted.
 */
final class Deletion {

    private static final int MAX_PATH_BYTES = 1_000;

    private final Path root;
    private IOException failure;
    private boolean hasMoved;

    Deletion(Path root) {
        this.root = root;
    }

    /**
     * Deletes everything, the directory itself included.
     *
     * @param spared what in the directory stays, and so the directory, too
     * @throws IOException if something couldn't be deleted
     */
    void run(Predicate<Path> spared) throws IOException {
        do {
            hasMoved = false;
            deleteChildren(root, spared);
        } while (hasMoved);
        if (failure != null) {
            throw failure;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(root)) {
            if (left.iterator().hasNext()) {
                return;
            }
        } catch (NoSuchFileException e) {
            return;
        }
        Files.deleteIfExists(root);
    }

    private void deleteChildren(Path folder, Predicate<Path> spared) {
        try {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
            try (DirectoryStream<Path> children = Files.newDirectoryStream(folder)) {
                for (Path child : children) {
                    if (!spared.test(child)) {
                        delete(child);
                    }
                }
            }
        } catch (NoSuchFileException e) {
            return;
        } catch (DirectoryIteratorException e) {
            failed(e.getCause());
        } catch (IOException e) {
            failed(e);
        }
    }

    private void delete(Path child) {
        try {
            if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
                if (child.toString().getBytes(StandardCharsets.UTF_8).length
                        > root.toString().length() + MAX_PATH_BYTES) {
                    Files.move(child, root.resolve(UUID.randomUUID().toString()));
                    hasMoved = true;
                    return;
                }
                deleteChildren(child, each -> false);
            }
            Files.deleteIfExists(child);
        } catch (IOException e) {
            failed(e);
        }
    }

    private void failed(IOException e) {
        if (failure == null) {
            failure = e;
        }
    }
}
