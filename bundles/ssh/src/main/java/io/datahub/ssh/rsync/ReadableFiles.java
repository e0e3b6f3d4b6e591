package io.datahub.ssh.rsync;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The parts of a store's directory that a user may read, as the directories and files that are made visible to the
 * program: one for each grant and not for each record, so that the cost doesn't depend on the number of records.
 */
final class ReadableFiles {

    /** More parts than these would make the command too long. */
    private static final int MAX_PARTS = 200;

    /** Is shown instead of what the user may not read. */
    private static final Path NOTHING = Path.of("/dev/null");

    /**
     * A part.
     *
     * @param from its place on disk
     * @param path its path as a record or directory
     */
    record Part(Path from, RecordPath path) {

        /** Whether a record or directory is in it. */
        boolean covers(RecordPath other) {
            return other.equals(path) || other.isBelow(path);
        }
    }

    private final Path files;
    private final VisibleRecords records;

    /**
     * Creates one for a user.
     *
     * @param files the store's directory
     */
    ReadableFiles(Path files, VisibleRecords records) {
        this.files = files;
        this.records = records;
    }

    /**
     * The parts that have what is at or below a path; none if they are too many.
     *
     * @param path a record or a directory
     */
    List<Part> below(RecordPath path) throws IOException {
        Optional<Listing.Entry> entry = records.at(path);
        List<Part> parts = new ArrayList<>();
        if (entry.isPresent() && !entry.get().directory()) {
            // Of many files in a directory, the directory is the only part.
            RecordPath parent = path.parent();
            add(parts, !parent.isRoot() && isReadable(parent) ? parent : path);
        } else if (path.isRoot()) {
            // The directory itself also has what isn't a record.
            records.visit(path, false, (each, found) -> {
                addVisible(parts, each, found.directory());
                return parts.size() <= MAX_PARTS;
            });
            if (parts.size() > MAX_PARTS && isReadable(path)) {
                return root();
            }
        } else if (entry.isPresent()) {
            addVisible(parts, path, true);
        }
        return parts.size() <= MAX_PARTS ? parts : List.of();
    }

    /** The whole directory, in which nothing hides but the users file. */
    private List<Part> root() {
        List<Part> parts = new ArrayList<>();
        add(parts, RecordPath.ROOT);
        if (!records.user().mayRead(RecordPath.USERS) && Files.exists(RecordPath.USERS.under(files))) {
            parts.add(new Part(NOTHING, RecordPath.USERS));
        }
        return parts;
    }

    /** Whether the file of a record has this time, to the second. */
    boolean hasTime(RecordPath path, Instant time) throws IOException {
        try {
            return Files.getLastModifiedTime(path.under(files), LinkOption.NOFOLLOW_LINKS)
                            .to(TimeUnit.SECONDS)
                    == time.getEpochSecond();
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private void addVisible(List<Part> parts, RecordPath path, boolean isDirectory) throws IOException {
        if (!isDirectory || isReadable(path)) {
            add(parts, path);
            return;
        }
        for (Grant grant : records.user().grants()) {
            if (grant.action() == Action.READ && grant.reachesInto(path) && parts.size() <= MAX_PARTS) {
                addGranted(parts, grant.what());
            }
        }
    }

    private void addGranted(List<Part> parts, String what) throws IOException {
        boolean isTree = what.endsWith("/");
        Result<RecordPath> parsed = RecordPath.parse(isTree ? what.substring(0, what.length() - 1) : what);
        if (parsed.isRefused()) {
            return;
        }
        RecordPath granted = parsed.get();
        boolean known = parts.stream().anyMatch(part -> part.covers(granted));
        if (!known
                && records.at(granted)
                        .filter(entry -> entry.directory() == isTree)
                        .isPresent()) {
            parts.removeIf(part -> part.path().isBelow(granted));
            add(parts, granted);
        }
    }

    /** Whether the user may read every record that can be in a directory. */
    private boolean isReadable(RecordPath directory) {
        return records.user().isAdmin()
                || records.user().grants().stream()
                        .anyMatch(grant -> grant.action() == Action.READ
                                && (grant.what().isEmpty()
                                        || (grant.what().endsWith("/") && (directory + "/").startsWith(grant.what()))));
    }

    private void add(List<Part> parts, RecordPath path) {
        parts.add(new Part(path.under(files), path));
    }
}
