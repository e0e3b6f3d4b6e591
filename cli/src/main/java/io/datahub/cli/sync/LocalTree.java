package io.datahub.cli.sync;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Output;
import io.datahub.cli.hub.Downloads;
import io.datahub.cli.hub.Paths;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The files of a local tree; links are neither followed nor transferred. */
final class LocalTree {

    private final Path root;
    private final boolean isSource;
    private final Output output;
    private final Set<Path> verified = ConcurrentHashMap.newKeySet();
    private final Set<String> notText = ConcurrentHashMap.newKeySet();
    private final Set<Path> reported = new HashSet<>();

    /** @param isSource whether the root has to be there */
    LocalTree(Path root, boolean isSource, Output output) {
        this.root = root;
        this.isSource = isSource;
        this.output = output;
    }

    Path root() {
        return root;
    }

    /**
     * All files, by their path with slashes. What can't be read is an error: it isn't deleted.
     *
     * @throws NotDirectoryException if the root of a source is gone, or became another directory
     */
    Map<String, LocalFile> scan() throws IOException {
        Map<String, LocalFile> files = new TreeMap<>();
        verified.clear();
        notText.clear();
        if (!isSource && !Files.isDirectory(root)) {
            return files;
        }
        Object before = rootKey();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                boolean isPartial = file.getFileName().toString().endsWith(Downloads.PARTIAL);
                boolean isText = Paths.isText(root.relativize(file));
                if (!isText) {
                    notText.add(Paths.relative(root, file));
                }
                if (attributes.isRegularFile() && !isPartial && (isText || isSource)) {
                    files.put(Paths.relative(root, file), LocalFile.of(attributes));
                } else if (!isPartial && reported.add(file)) {
                    output.note(file + (isText ? " is no regular file" : " has a name that isn't UTF-8")
                            + " and is left out");
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException && !file.equals(root)) {
                    return FileVisitResult.CONTINUE;
                }
                throw e;
            }
        });
        if (!Objects.equals(rootKey(), before)) {
            throw new NotDirectoryException(root.toString());
        }
        return files;
    }

    private Object rootKey() throws IOException {
        if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotDirectoryException(root.toString());
        }
        return Files.readAttributes(root, BasicFileAttributes.class).fileKey();
    }

    /** The file for a path, which no link leads out of the tree. */
    Path resolve(String path) {
        if (isSource && notText.contains(path)) {
            throw Paths.notText();
        }
        Path file = Paths.local(root, path);
        List<Path> parents = new ArrayList<>();
        for (Path parent = file.getParent();
                !parent.equals(root) && !verified.contains(parent);
                parent = parent.getParent()) {
            if (Files.isSymbolicLink(parent)) {
                throw new Failure(Failure.FAILED, parent + " is a link, which could lead out of the tree: remove it");
            }
            parents.add(parent);
        }
        verified.addAll(parents);
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
        } catch (DirectoryNotEmptyException | NoSuchFileException e) {
            // It is still of use, or deleted by whoever deleted the last file in it.
        }
    }
}
