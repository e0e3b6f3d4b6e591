package io.datahub.test;

import io.datahub.api.disk.DiskRecords;
import io.datahub.api.path.RecordPath;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/**
 * A folder whose files count as records. It has no index to compare them with, and notes what was to be compared.
 *
 * @param root the home, with {@code files/}
 * @param reconciled the paths
 * @param quietTimes the latest quiet period of each path
 */
public record DiskFolder(Path root, List<String> reconciled, Map<String, Duration> quietTimes) implements DiskRecords {

    public DiskFolder(Path root) {
        this(root, new CopyOnWriteArrayList<>(), new ConcurrentHashMap<>());
    }

    @Override
    public Path files() {
        return root.resolve("files");
    }

    @Override
    public Path servedLinks() {
        return root.resolve("cache/served");
    }

    @Override
    public void reconcile(RecordPath path, Duration quiet, Consumer<RecordPath> stillChanging) {
        quietTimes.put(path.toString(), quiet);
        reconciled.add(path.toString());
    }

    @Override
    public void listen(Consumer<RecordPath> listener) {
        // It finds nothing by itself.
    }
}
