package io.datahub.test.cluster;

import io.datahub.api.cluster.LedgerDraft;
import io.datahub.api.cluster.LedgerDrafts;
import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The drafts of a {@link MemoryLedger}. */
final class MemoryLedgerDrafts implements LedgerDrafts {

    private final MemoryLedger ledger;

    MemoryLedgerDrafts(MemoryLedger ledger) {
        this.ledger = ledger;
    }

    private static LedgerDraft with(LedgerDraft draft, long generation, Instant expires) {
        return new LedgerDraft(
                draft.name(),
                draft.user(),
                draft.path(),
                draft.length(),
                draft.size(),
                draft.etag(),
                draft.notes(),
                draft.state(),
                draft.parts(),
                generation,
                expires,
                draft.committed());
    }

    @Override
    public LedgerDraft create(LedgerDraft draft, Duration keepFor) throws IOException {
        return ledger.change(state -> {
            LedgerDraft stored = with(draft, 1, state.after(keepFor));
            if (state.drafts.putIfAbsent(draft.name(), stored) != null) {
                throw new IOException("there is a draft " + draft.name());
            }
            return stored;
        });
    }

    @Override
    public Optional<LedgerDraft> find(String name) throws IOException {
        return ledger.read(state -> Optional.ofNullable(state.drafts.get(name))
                .filter(draft -> draft.expires().isAfter(state.now())));
    }

    @Override
    public Optional<LedgerDraft> takeOver(String name) throws IOException {
        return ledger.change(state -> Optional.ofNullable(state.drafts.computeIfPresent(
                name, (key, draft) -> with(draft, draft.generation() + 1, draft.expires()))));
    }

    @Override
    public Optional<LedgerDraft> update(LedgerDraft draft, Duration keepFor) throws IOException {
        return ledger.change(state -> {
            LedgerDraft old = state.drafts.get(draft.name());
            if (old == null
                    || old.committed()
                    || old.generation() != draft.generation()
                    || draft.parts().stream().anyMatch(part -> state.isGone(part.blob()))) {
                return Optional.empty();
            }
            LedgerDraft stored = with(draft, draft.generation(), state.after(keepFor));
            state.drafts.put(draft.name(), stored);
            old.parts().forEach(part -> state.release(part.blob(), state.now()));
            return Optional.of(stored);
        });
    }

    @Override
    public Optional<LedgerDraft> delete(String name) throws IOException {
        return ledger.change(state -> delete(state, name));
    }

    private static Optional<LedgerDraft> delete(LedgerState state, String name) {
        Optional<LedgerDraft> old = Optional.ofNullable(state.drafts.remove(name));
        old.ifPresent(draft -> draft.parts().forEach(part -> state.release(part.blob(), state.now())));
        return old;
    }

    @Override
    public boolean deleteExpired(String name) throws IOException {
        return ledger.change(state -> {
            LedgerDraft draft = state.drafts.get(name);
            return draft != null
                    && !draft.expires().isAfter(state.now())
                    && delete(state, name).isPresent();
        });
    }

    @Override
    public List<LedgerDraft> list(String user, RecordPath path) throws IOException {
        return ledger.read(state -> live(state, user)
                .filter(draft -> path.isRoot()
                        || draft.path().equals(path)
                        || draft.path().isBelow(path))
                .sorted(Comparator.comparing(LedgerDraft::expires).reversed())
                .toList());
    }

    private static Stream<LedgerDraft> live(LedgerState state, String user) {
        return state.drafts.values().stream().filter(draft -> draft.user().equals(user) && state.isLive(draft));
    }

    @Override
    public int count(String user) throws IOException {
        return ledger.read(state -> (int) live(state, user).count());
    }

    @Override
    public List<LedgerDraft> expired(int limit) throws IOException {
        return ledger.read(state -> state.drafts.values().stream()
                .filter(draft -> !draft.expires().isAfter(state.now()))
                .sorted(Comparator.comparing(LedgerDraft::expires))
                .limit(limit)
                .toList());
    }
}
