package io.datahub.store.reconcile;

import io.datahub.api.path.RecordPath;
import io.datahub.store.disk.Tree;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.PathKeys;
import java.io.IOException;
import java.util.Optional;

/**
 * Detects that the records' file system isn't mounted at start: the mount point is then another, empty directory.
 * Otherwise the hub would take all records for deleted.
 */
public final class RootIdentity {

    private static final String ROOT = "root";

    private final Tree tree;
    private final MetadataStore metadata;

    public RootIdentity(Tree tree, MetadataStore metadata) {
        this.tree = tree;
        this.metadata = metadata;
    }

    /**
     * Compares the directory with the one of the previous start, and remembers it.
     *
     * @throws IOException if the directory is most likely not the one that holds the records
     */
    public void require() throws IOException {
        Optional<String> previous = metadata.property(ROOT);
        if (previous.equals(Optional.of(tree.identity()))) {
            return;
        }
        if (previous.isPresent() && tree.isEmpty() && hasRecords()) {
            throw new IOException(
                    tree.root() + " is empty and not the same directory as before, but the index has records; mount the"
                            + " right directory and restart the hub, or put any file into it if the records are lost");
        }
        metadata.submit(transaction -> {
                    transaction.putProperty(ROOT, tree.identity());
                    return RecordPath.ROOT;
                })
                .await();
    }

    /** Whether the index has records other than the users file, which is restored automatically. */
    private boolean hasRecords() throws IOException {
        return metadata.range(PathKeys.begin(RecordPath.ROOT), PathKeys.end(RecordPath.ROOT), 2).stream()
                .anyMatch(indexed -> !indexed.key().equals(PathKeys.of(RecordPath.USERS)));
    }
}
