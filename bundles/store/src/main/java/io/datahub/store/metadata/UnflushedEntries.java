package io.datahub.store.metadata;

import io.datahub.api.path.RecordPath;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The paths whose index entry isn't durable yet, with the latest commit of each, so that nobody is given an entry that
 * a killed hub would forget. Commits become durable in the order in which they were submitted. Thread-safe.
 */
final class UnflushedEntries {

    private final Map<RecordPath, CommitFuture<?>> commits = new ConcurrentHashMap<>();

    /** Adds a path, before its entry becomes visible. The caller holds the commit lock. */
    void add(RecordPath path, CommitFuture<?> commit) {
        commits.put(path, commit);
        commit.paths().add(path);
    }

    /** Removes a commit's paths: it is durable, or has failed. */
    void remove(CommitFuture<?> commit) {
        commit.paths().forEach(path -> commits.remove(path, commit));
    }

    /** The latest commit of a path; empty if its entry is durable. */
    Optional<CommitFuture<?>> of(RecordPath path) {
        return commits.isEmpty() ? Optional.empty() : Optional.ofNullable(commits.get(path));
    }
}
