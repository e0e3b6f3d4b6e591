package io.datahub.store.record;

import io.datahub.api.record.RecordPath;
import io.datahub.store.disk.Tree;
import io.datahub.store.metadata.MetadataStore;
import io.datahub.store.metadata.PathKeys;
import java.io.IOException;
import java.util.Optional;

/**
 * Keeps a hub from taking all records for deleted that is started while their file system isn't mounted: what lies at the
 * folder's place then is another folder, and an empty one.
 */
final class RootIdentity {

    private static final String ROOT = "root";

    private final Tree tree;
    private final MetadataStore ledger;

    RootIdentity(Tree tree, MetadataStore ledger) {
        this.tree = tree;
        this.ledger = ledger;
    }

    /** @throws IOException if the folder is most likely not the one that holds the records */
    void require() throws IOException {
        Optional<String> before = ledger.property(ROOT);
        if (before.equals(Optional.of(tree.identity()))) {
            return;
        }
        if (before.isPresent() && tree.isEmpty() && knowsRecords()) {
            throw new IOException(
                    tree.root() + " is empty and another folder than before, but held records; mount it and"
                            + " restart the hub, or put any file into it if they are gone for good");
        }
        ledger.submit(transaction -> {
                    transaction.putProperty(ROOT, tree.identity());
                    return RecordPath.ROOT;
                })
                .await();
    }

    /** Whether there are records beside the users file, which comes back by itself. */
    private boolean knowsRecords() throws IOException {
        return ledger.range(PathKeys.begin(RecordPath.ROOT), PathKeys.end(RecordPath.ROOT), 2).stream()
                .anyMatch(known -> !known.key().equals(PathKeys.of(RecordPath.USERS)));
    }
}
