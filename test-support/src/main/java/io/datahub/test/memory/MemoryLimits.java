package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.StorageSpace;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The maximum size of a record, and quotas. Drafts count with their size so far. Not thread-safe. */
final class MemoryLimits {

    private record Quota(String prefix, long bytes, long files) {}

    private record Claim(RecordPath path, long bytes) {}

    private final MemoryTree tree;
    private final List<Quota> quotas = new ArrayList<>();
    private final Map<Object, Claim> claims = new HashMap<>();
    private long maxBytes = Long.MAX_VALUE;

    MemoryLimits(MemoryTree tree) {
        this.tree = tree;
    }

    void setMaxBytes(long bytes) {
        maxBytes = bytes;
    }

    void addQuota(String prefix, long bytes, long files) {
        quotas.add(new Quota(prefix, bytes, files));
    }

    Optional<Refusal> refuseSize(long bytes) {
        return bytes <= maxBytes
                ? Optional.empty()
                : Optional.of(new Refusal(Reason.TOO_LARGE, "a record may have at most " + maxBytes + " bytes"));
    }

    /** Counts a draft with this size from now on, or refuses it. */
    Optional<Refusal> claim(Object draft, RecordPath path, long bytes) {
        claims.put(draft, new Claim(path, bytes));
        return quotas.stream()
                .filter(quota -> path.toString().startsWith(quota.prefix) && isOver(quota, draft))
                .findFirst()
                .map(quota -> new Refusal(Reason.NO_ROOM, "the quota of " + quota.prefix + " is exhausted"));
    }

    private boolean isOver(Quota quota, Object draft) {
        long bytes = 0;
        long files = 0;
        for (MemoryTree.Stored stored : tree.all()) {
            if (stored.version().path().toString().startsWith(quota.prefix)) {
                bytes += stored.version().size();
                files++;
            }
        }
        for (Map.Entry<Object, Claim> each : claims.entrySet()) {
            if (each.getKey() != draft && each.getValue().path.toString().startsWith(quota.prefix)) {
                bytes += Math.max(0, moreBytes(each.getValue()));
                files += moreFiles(each.getValue());
            }
        }
        Claim mine = claims.get(draft);
        return (moreBytes(mine) > 0 && bytes + moreBytes(mine) > quota.bytes)
                || (moreFiles(mine) > 0 && files + moreFiles(mine) > quota.files);
    }

    /** The room that the quotas leave, without what drafts have claimed. */
    StorageSpace space(RecordPath path) {
        StorageSpace space = StorageSpace.UNLIMITED;
        for (Quota quota : quotas) {
            if (path.toString().startsWith(quota.prefix) || (path + "/").equals(quota.prefix)) {
                long bytes = 0;
                long files = 0;
                for (MemoryTree.Stored stored : tree.all()) {
                    if (stored.version().path().toString().startsWith(quota.prefix)) {
                        bytes += stored.version().size();
                        files++;
                    }
                }
                space = space.within(new StorageSpace(
                        quota.bytes, Math.max(0, quota.bytes - bytes), quota.files, Math.max(0, quota.files - files)));
            }
        }
        return space;
    }

    private long moreBytes(Claim claim) {
        return claim.bytes
                - tree.version(claim.path).map(version -> version.size()).orElse(0L);
    }

    private long moreFiles(Claim claim) {
        return tree.record(claim.path).isPresent() ? 0 : 1;
    }

    void release(Object draft) {
        claims.remove(draft);
    }
}
