package io.datahub.watcher;

import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns files that local users put into {@code incoming/} into records: a file that rests is validated and committed like any
 * upload and then taken away. For any thread.
 */
final class DropFolder {

    private static final Logger LOG = LoggerFactory.getLogger(DropFolder.class);

    private final Path root;
    private final RecordStore store;
    private final Delivery delivery;
    private final Resting resting;
    private final KeptFiles kept;

    /**
     * Takes files.
     *
     * @param resting says for how long files were unchanged
     * @param kept where files go that were read
     */
    DropFolder(Path root, RecordStore store, Delivery delivery, Resting resting, KeptFiles kept) {
        this.root = root;
        this.store = store;
        this.delivery = delivery;
        this.resting = resting;
        this.kept = kept;
    }

    /** Notes how a file looks, of which something was heard: from now on it rests. */
    void heard(RecordPath path) {
        try {
            Stamp.of(path.under(root)).filter(Stamp::isFile).ifPresent(stamp -> resting.isRested(path, stamp));
        } catch (IOException e) {
            LOG.debug("incoming=unseen path=\"{}\"", path, e); // taking it will tell
        }
    }

    /**
     * Takes a file that has rested, or says of everything in a directory that it is to be taken.
     *
     * @param again is told of each path that must be tried again later
     */
    synchronized void take(RecordPath path, Consumer<RecordPath> again) throws IOException {
        Path file = path.under(root);
        Optional<Stamp> found = Stamp.of(file);
        if (found.isEmpty()) {
            resting.forget(path);
        } else if (found.get().isDirectory()) {
            takeChildren(file, again);
        } else if (found.get().isFile() && !isPassedOver(path)) {
            if (resting.isRested(path, found.get())) {
                take(path, file, found.get(), again);
            } else {
                again.accept(path);
            }
        }
    }

    private boolean isPassedOver(RecordPath path) {
        return store.isTemporary(path) || path.name().startsWith(KeptFolder.BESIDE);
    }

    private void takeChildren(Path directory, Consumer<RecordPath> again) throws IOException {
        try (Stream<Path> children = Files.list(directory)) {
            children.forEach(
                    child -> RecordPath.parse(root.relativize(child).toString()).then(found -> {
                        again.accept(found);
                        return Result.done(found);
                    }));
        }
    }

    private void take(RecordPath path, Path file, Stamp stamp, Consumer<RecordPath> again) throws IOException {
        if (!Files.isWritable(file.getParent())) {
            throw new IOException(file.getParent()
                    + " can't be written, so that nothing can be taken out of it; let the hub's user write there");
        }
        kept.deliverEarlier(path);
        Delivery.Outcome outcome = delivery.deliver(path, file, stamp);
        if (outcome instanceof Delivery.Later) {
            again.accept(path);
            return;
        }
        if (outcome instanceof Delivery.Committed committed) {
            LOG.info("incoming=taken path=\"{}\" cursor={}", path, committed.cursor());
        }
        resting.forget(path);
        if (!kept.keep(path, file, stamp, outcome)) {
            again.accept(path);
        }
    }

    /** Delivers what was written to files after they were taken. */
    synchronized void sweep() {
        kept.sweep();
    }

    /** The files that were taken and are kept. */
    KeptFiles kept() {
        return kept;
    }
}
