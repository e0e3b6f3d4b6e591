package io.datahub.ssh.rsync;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Walks through what a program has received: by name, and without following links. */
final class ReceivedFiles {

    /** Longer paths can't be opened on this machine; the program has made them by relative ones. */
    private static final int MAX_PATH_BYTES = 4_000;

    private final Path root;
    private final Report report;

    /**
     * Creates one for a directory.
     *
     * @param root the directory of all records
     * @param report is told what can't be a record
     */
    ReceivedFiles(Path root, Report report) {
        this.root = root;
        this.report = report;
    }

    /** Receives what is found. */
    interface Visitor {

        /** A file. */
        void file(ReceivedFile file) throws IOException, InterruptedException;

        /** A directory with nothing in it. */
        void emptyDirectory(RecordPath path);
    }

    /** Visits everything. */
    void visit(Visitor visitor) throws IOException, InterruptedException {
        visit(root, "", visitor);
    }

    private void visit(Path folder, String path, Visitor visitor) throws IOException, InterruptedException {
        List<Path> children = children(folder);
        if (children.isEmpty() && !path.isEmpty()) {
            Result<RecordPath> parsed = RecordPath.parse(path);
            if (!parsed.isRefused()) {
                visitor.emptyDirectory(parsed.get());
            }
        }
        for (Path child : children) {
            String name = child.getFileName().toString();
            String childPath = path.isEmpty() ? name : path + "/" + name;
            if (!child.equals(folder.resolve(name))) {
                report.refused(childPath, "refused: the name is not valid UTF-8");
                continue;
            }
            if (child.toString().getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
                report.refused(childPath, "refused: the path is too long for rsync; shorten it, or use SFTP");
                continue;
            }
            BasicFileAttributes attributes =
                    Files.readAttributes(child, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (attributes.isDirectory()) {
                visit(child, childPath, visitor);
            } else if (attributes.isRegularFile()) {
                visitFile(new FoundFile(child, childPath, attributes), visitor);
            } else {
                report.leftOut(
                        childPath,
                        attributes.isSymbolicLink()
                                ? "left out: the hub has no links"
                                : "left out: the hub has only files and directories");
            }
        }
    }

    private record FoundFile(Path file, String path, BasicFileAttributes attributes) {}

    private void visitFile(FoundFile found, Visitor visitor) throws IOException, InterruptedException {
        Result<RecordPath> parsed = RecordPath.parse(found.path());
        if (parsed.refusal().isPresent()) {
            report.refused(found.path(), parsed.refusal().get());
        } else {
            visitor.file(new ReceivedFile(found.file(), parsed.get(), found.attributes()));
        }
    }

    private static List<Path> children(Path folder) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(children::add);
        }
        children.sort(Comparator.naturalOrder());
        return children;
    }
}
