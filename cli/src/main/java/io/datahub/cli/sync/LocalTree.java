package io.datahub.cli.sync;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Output;
import io.datahub.cli.hub.Downloads;
import io.datahub.cli.hub.Paths;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The files of a local tree; links are neither followed nor transferred. */
final class LocalTree {

    private final Path root;
    private final Output output;
    private final Set<Path> verified = ConcurrentHashMap.newKeySet();

    LocalTree(Path root, Output output) {
        this.root = root;
        this.output = output;
    }

    Path root() {
        return root;
    }

    /** All files, by their path with slashes. What can't be read is an error: it isn't deleted. */
    Map<String, LocalFile> scan() throws IOException {
        Map<String, LocalFile> files = new TreeMap<>();
        verified.clear();
        if (!Files.isDirectory(root)) {
            return files;
        }
        String separator = root.getFileSystem().getSeparator();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                boolean isPartial = file.getFileName().toString().endsWith(Downloads.PARTIAL);
                if (attributes.isRegularFile() && !isPartial) {
                    files.put(root.relativize(file).toString().replace(separator, "/"), LocalFile.of(attributes));
                } else if (!isPartial) {
                    output.note(file + " is no regular file and is left out");
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof java.nio.file.NoSuchFileException) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
        return files;
    }

    /** The file for a path, which no link leads out of the tree. */
    Path resolve(String path) {
        Path file = Paths.local(root, path);
        for (Path parent = file.getParent();
                !parent.equals(root) && verified.add(parent);
                parent = parent.getParent()) {
            if (Files.isSymbolicLink(parent)) {
                throw new Failure(Failure.FAILED, parent + " is a link, which could lead out of the tree: remove it");
            }
        }
        return file;
    }

    /** Deletes a file, and the directories that are empty then. */
    void delete(String path) throws IOException {
        Path file = resolve(path);
        Files.deleteIfExists(file);
        try {
            for (Path parent = file.getParent(); !parent.equals(root); parent = parent.getParent()) {
                Files.delete(parent);
                verified.remove(parent);
            }
        } catch (DirectoryNotEmptyException e) {
            // It is still of use.
        }
    }
}
