package io.datahub.cluster.history;

import java.util.Collection;
import java.util.List;

/** Prefixes of topics. */
final class Prefixes {

    private Prefixes() {}

    /**
     * The prefixes of those topics that begin with a prefix and with one of others.
     *
     * @return prefixes of which none begins with another
     */
    static List<String> common(String prefix, Collection<String> others) {
        List<String> longer = others.stream()
                .filter(other -> other.startsWith(prefix) || prefix.startsWith(other))
                .map(other -> other.startsWith(prefix) ? other : prefix)
                .distinct()
                .toList();
        return longer.stream()
                .filter(one -> longer.stream().noneMatch(other -> !other.equals(one) && one.startsWith(other)))
                .toList();
    }

    /** Those with which a topic in the ledger can begin: it has no character U+0000. */
    static List<String> storable(Collection<String> prefixes) {
        return prefixes.stream().filter(prefix -> prefix.indexOf('\0') < 0).toList();
    }
}
