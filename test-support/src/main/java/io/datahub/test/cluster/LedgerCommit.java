package io.datahub.test.cluster;

import io.datahub.api.cluster.Attempt;
import io.datahub.api.cluster.LedgerDirectory;
import io.datahub.api.cluster.LedgerDraft;
import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerRecord;
import io.datahub.api.cluster.NewVersion;
import io.datahub.api.cluster.Operation;
import io.datahub.api.cluster.Outcome;
import io.datahub.api.cluster.Outcome.Kind;
import io.datahub.api.cluster.Usage;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordVersion;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Violation;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Decides one attempt. Guarded by the ledger. */
final class LedgerCommit {

    private final LedgerState state;
    private final Attempt attempt;
    private final Instant time;
    private int entries;
    private boolean changed;

    LedgerCommit(LedgerState state, Attempt attempt) {
        this.state = state;
        this.attempt = attempt;
        time = state.now();
    }

    Outcome decide() {
        state.begin();
        Map<Usage.Limit, Usage> before = attempt.limits().stream()
                .collect(Collectors.toMap(Function.identity(), limit -> state.usage(limit.subject()), (a, b) -> a));
        for (Operation operation : attempt.operations()) {
            Optional<Outcome> refusal = apply(operation);
            if (refusal.isPresent()) {
                state.undo();
                return refusal.get();
            }
        }
        Optional<Usage.Limit> exceeded = attempt.limits().stream()
                .filter(limit -> isExceeded(limit, before.get(limit)))
                .findFirst();
        if (exceeded.isPresent()) {
            state.undo();
            return new Outcome.Refused(Kind.LIMIT, RecordPath.ROOT, Optional.empty(), exceeded);
        }
        long first = entries == 0 ? state.newest() : state.newest() - entries + 1;
        return new Outcome.Committed(first, entries, time, changed);
    }

    private boolean isExceeded(Usage.Limit limit, Usage before) {
        Usage after = state.usage(limit.subject());
        return (after.bytes() > limit.bytes() && after.bytes() > before.bytes())
                || (after.files() > limit.files() && after.files() > before.files());
    }

    private Optional<Outcome> refuse(Kind kind, RecordPath path) {
        return Optional.of(new Outcome.Refused(kind, path, state.record(path), Optional.empty()));
    }

    private Optional<Outcome> apply(Operation operation) {
        if (operation instanceof Operation.Put put) {
            return put(put);
        } else if (operation instanceof Operation.Delete delete) {
            return delete(delete);
        } else if (operation instanceof Operation.Reject reject) {
            append(Change.Type.REJECTED, reject.version(), reject.validators(), reject.violations());
            return Optional.empty();
        } else if (operation instanceof Operation.SetClientModified set) {
            return setClientModified(set);
        } else if (operation instanceof Operation.MakeDirectory make) {
            return make(make);
        } else if (operation instanceof Operation.RemoveDirectory remove) {
            return remove(remove);
        }
        return end((Operation.EndDraft) operation);
    }

    private Optional<Outcome> put(Operation.Put put) {
        RecordPath path = put.path();
        Optional<LedgerRecord> old = state.record(path);
        if (state.directories.containsKey(path)) {
            return refuse(Kind.IS_DIRECTORY, path);
        } else if (isBelowRecord(path)) {
            return refuse(Kind.NOT_DIRECTORY, path);
        } else if (!put.expected().holds(old.map(LedgerRecord::etag))) {
            return refuse(Kind.CHANGED, path);
        } else if (state.isGone(put.version().blob())) {
            return refuse(Kind.BLOB_GONE, path);
        }
        NewVersion version = put.version();
        LedgerRecord record = new LedgerRecord(
                path,
                version.etag(),
                version.size(),
                version.sha256(),
                version.blob(),
                version.user(),
                time,
                version.clientModified(),
                state.newest() + 1);
        state.set(state.records, path, record);
        old.ifPresent(replaced -> state.release(replaced.blob(), time));
        if (old.isEmpty()) {
            createParents(path);
        }
        append(
                old.isPresent() ? Change.Type.UPDATED : Change.Type.CREATED,
                record.version(),
                put.validators(),
                List.of());
        return Optional.empty();
    }

    private boolean isBelowRecord(RecordPath path) {
        for (RecordPath each = path.parent(); !each.isRoot(); each = each.parent()) {
            if (state.records.containsKey(each)) {
                return true;
            }
        }
        return false;
    }

    /** Creates missing parents; that in which there is a new entry is changed. */
    private void createParents(RecordPath path) {
        RecordPath parent = path.parent();
        LedgerDirectory found = state.directories.get(parent);
        if (found == null) {
            createParents(parent);
        }
        state.set(state.directories, parent, new LedgerDirectory(parent, time, found != null && found.made()));
    }

    private void append(
            Change.Type type, RecordVersion version, List<ValidatorId> validators, List<Violation> violations) {
        state.append(new LedgerEntry(state.newest() + 1, time, type, version, attempt.user(), validators, violations));
        entries++;
        changed = true;
    }

    private Optional<Outcome> delete(Operation.Delete delete) {
        RecordPath path = delete.path();
        Optional<LedgerRecord> old = state.record(path);
        if (state.directories.containsKey(path)) {
            return refuse(Kind.IS_DIRECTORY, path);
        } else if (!delete.expected().holds(old.map(LedgerRecord::etag))) {
            return refuse(Kind.CHANGED, path);
        }
        old.ifPresent(record -> {
            state.set(state.records, path, null);
            state.release(record.blob(), time);
            createParents(path);
            append(Change.Type.DELETED, record.version(), List.of(), List.of());
        });
        return Optional.empty();
    }

    private Optional<Outcome> setClientModified(Operation.SetClientModified set) {
        Optional<LedgerRecord> old = state.record(set.path());
        if (old.isEmpty() || !set.expected().holds(old.map(LedgerRecord::etag))) {
            return refuse(Kind.CHANGED, set.path());
        }
        LedgerRecord record = old.get();
        state.set(
                state.records,
                set.path(),
                new LedgerRecord(
                        record.path(),
                        record.etag(),
                        record.size(),
                        record.sha256(),
                        record.blob(),
                        record.user(),
                        record.modified(),
                        set.time(),
                        record.number()));
        changed = true;
        return Optional.empty();
    }

    private Optional<Outcome> make(Operation.MakeDirectory make) {
        RecordPath path = make.path();
        LedgerDirectory found = state.directories.get(path);
        if (state.records.containsKey(path) || isBelowRecord(path)) {
            return refuse(Kind.NOT_DIRECTORY, path);
        } else if (found != null && make.mustBeNew()) {
            return refuse(Kind.CHANGED, path);
        } else if (found == null) {
            createParents(path);
            changed = true;
        }
        Instant modified = found == null ? time : found.modified();
        state.set(state.directories, path, new LedgerDirectory(path, modified, true));
        return Optional.empty();
    }

    private Optional<Outcome> remove(Operation.RemoveDirectory remove) {
        RecordPath path = remove.path();
        LedgerDirectory found = state.directories.get(path);
        if (found == null) {
            return refuse(state.records.containsKey(path) ? Kind.NOT_DIRECTORY : Kind.NO_DIRECTORY, path);
        } else if (state.records.keySet().stream().anyMatch(each -> each.isBelow(path))
                || state.directories.keySet().stream().anyMatch(each -> each.isBelow(path))) {
            return refuse(Kind.NOT_EMPTY, path);
        } else if (!remove.onlyImplicit() || !found.made()) {
            state.set(state.directories, path, null);
            createParents(path);
            changed = true;
        }
        return Optional.empty();
    }

    private Optional<Outcome> end(Operation.EndDraft end) {
        LedgerDraft draft = state.drafts.get(end.name());
        if (draft == null || draft.committed() || draft.generation() != end.generation()) {
            return refuse(Kind.TAKEN_OVER, RecordPath.ROOT);
        }
        state.set(
                state.drafts,
                end.name(),
                end.etag()
                        .map(etag -> new LedgerDraft(
                                draft.name(),
                                draft.user(),
                                draft.path(),
                                draft.length(),
                                draft.size(),
                                etag,
                                draft.notes(),
                                draft.state(),
                                List.of(),
                                draft.generation(),
                                draft.expires(),
                                true))
                        .orElse(null));
        draft.parts().forEach(part -> state.release(part.blob(), time));
        changed = true;
        return Optional.empty();
    }
}
