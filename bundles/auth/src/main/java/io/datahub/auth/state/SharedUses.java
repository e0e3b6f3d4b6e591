package io.datahub.auth.state;

import io.datahub.api.state.AdapterState;
import io.datahub.api.state.StateChange;
import io.datahub.api.state.StateEntry;
import io.datahub.api.state.StateLimits;
import io.datahub.auth.shortlived.ShortLivedToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** When credentials were last used, in the state that the hubs of a cluster share. For one thread at a time; blocks. */
public final class SharedUses {

    private static final int PAGE = 1_000;
    private static final int BATCH = StateLimits.MAX_CHANGES;

    /** An unknown credential may be so new that this hub hasn't seen it yet. */
    private static final long MIN_AGE_SECONDS = 60;

    private final AdapterState state;

    public SharedUses(AdapterState state) {
        this.state = state;
    }

    /** All uses: seconds since 1970 by credential. */
    public Map<String, Long> read() throws IOException {
        Map<String, Long> uses = new HashMap<>();
        String after = "";
        while (true) {
            List<StateEntry> page = state.list("", after, PAGE);
            for (StateEntry entry : page) {
                uses.put(entry.key(), Long.parseLong(entry.text()));
            }
            if (page.size() < PAGE) {
                return uses;
            }
            after = page.get(page.size() - 1).key();
        }
    }

    /**
     * Stores the uses at this hub, unless later ones are stored, and removes those of credentials that don't exist.
     *
     * @param stored as they were read
     * @param used the uses at this hub
     * @param now seconds since 1970
     */
    public void write(Map<String, Long> stored, Map<String, Long> used, Predicate<String> exists, long now)
            throws IOException {
        List<StateChange> changes = new ArrayList<>();
        for (Map.Entry<String, Long> use : used.entrySet()) {
            if (use.getValue() > stored.getOrDefault(use.getKey(), 0L)) {
                add(changes, put(use.getKey(), use.getValue()));
            }
        }
        for (Map.Entry<String, Long> use : stored.entrySet()) {
            if (!ShortLivedToken.isNamed(use.getKey())
                    && now - use.getValue() > MIN_AGE_SECONDS
                    && !used.containsKey(use.getKey())
                    && !exists.test(use.getKey())) {
                add(changes, StateChange.delete(use.getKey()));
            }
        }
        if (!changes.isEmpty()) {
            state.update(changes).get();
        }
    }

    /** The use of a short-lived token, which perhaps only some hubs know, expires with it. */
    private static StateChange put(String credential, Long second) {
        StateChange use = StateChange.put(credential, second.toString());
        return ShortLivedToken.isNamed(credential) ? use.expiringAfter(ShortLivedToken.MAX_LIFETIME) : use;
    }

    private void add(List<StateChange> changes, StateChange change) throws IOException {
        changes.add(change);
        if (changes.size() == BATCH) {
            state.update(changes).get();
            changes.clear();
        }
    }
}
