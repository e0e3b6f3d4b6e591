package io.datahub.store.disk;

import io.datahub.api.record.RecordPath;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The folder of the records. No link is followed below it. */
public final class Tree {

    /** The first segment of paths that are the hub's own: never listed, announced or addressable. */
    public static final String RESERVED = ".datahub-staging";

    private static final int MAX_DISK_PATH_BYTES = 4095;

    private final Path root;
    private final long rootKey;
    private final int rootBytes;

    public Tree(Path root) throws IOException {
        this.root = root;
        rootKey = Stat.of(root)
                .filter(Stat::isDirectory)
                .orElseThrow(() -> new IOException(root + " is no directory"))
                .key();
        rootBytes = bytes(root.toString()) + 1;
    }

    private static int bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }

    public Path root() {
        return root;
    }

    public Path at(RecordPath path) {
        return path.under(root);
    }

    /** Whether the path is the hub's own. */
    public static boolean isReserved(RecordPath path) {
        String text = path.toString();
        return text.startsWith(RESERVED)
                && (text.length() == RESERVED.length() || text.charAt(RESERVED.length()) == '/');
    }

    /** Whether the disk can hold a path of this length. */
    public boolean fits(RecordPath path) {
        return rootBytes + bytes(path.toString()) <= MAX_DISK_PATH_BYTES;
    }

    /**
     * Looks at a path.
     *
     * @throws IOException if the root is gone or another one than it was, so that nothing can be said
     */
    public Place look(RecordPath path) throws IOException {
        Stat stat = requireRoot();
        if (path.isRoot()) {
            return Place.of(stat);
        }
        if (!fits(path)) {
            return Place.NOTHING;
        }
        String text = path.toString();
        int slash = -1;
        do {
            slash = text.indexOf('/', slash + 1);
            Optional<Stat> found = Stat.of(root.resolve(slash < 0 ? text : text.substring(0, slash)));
            if (found.isEmpty()) {
                return Place.NOTHING;
            }
            Place place = Place.of(found.get());
            if (slash < 0) {
                return place;
            }
            if (!place.isDirectory()) {
                return place.isFile() ? Place.BELOW_FILE : Place.STRANGER;
            }
        } while (true);
    }

    /** The root as it is now. */
    public Stat requireRoot() throws IOException {
        Stat stat = Stat.of(root)
                .filter(Stat::isDirectory)
                .orElseThrow(() -> new IOException(root + " is gone; put it back, nothing is lost in the index"));
        if (stat.key() != rootKey) {
            throw new IOException(root + " is another folder than at start; mount the right one, or restart the hub");
        }
        return stat;
    }

    public FileChannel open(RecordPath path) throws IOException {
        return FileChannel.open(at(path), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    }

    /** How many of the directories that lead to the path are missing. */
    public int missingParents(RecordPath path) throws IOException {
        int missing = 0;
        for (RecordPath parent = path.parent(); !parent.isRoot(); parent = parent.parent()) {
            if (Stat.of(at(parent)).isPresent()) {
                break;
            }
            missing++;
        }
        return missing;
    }

    /** Makes the directories that lead to the path, and makes them last. */
    public void makeParents(RecordPath path) throws IOException {
        List<RecordPath> missing = new ArrayList<>();
        for (RecordPath parent = path.parent(); !parent.isRoot(); parent = parent.parent()) {
            if (Stat.of(at(parent)).isPresent()) {
                break;
            }
            missing.add(0, parent);
        }
        for (RecordPath parent : missing) {
            try {
                Files.createDirectory(at(parent));
            } catch (FileAlreadyExistsException e) {
                continue;
            }
            Disk.flushDirectory(at(parent.parent()));
        }
    }

    /** Removes so many of the directories that lead to the path, as far as they are empty. */
    public void removeEmptyParents(RecordPath path, int levels) throws IOException {
        RecordPath parent = path.parent();
        for (int i = 0; i < levels && !parent.isRoot(); i++, parent = parent.parent()) {
            try {
                Files.deleteIfExists(at(parent));
            } catch (DirectoryNotEmptyException e) {
                return;
            }
        }
    }
}
