package io.datahub.auth.shortlived;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.datahub.api.Refusal;
import io.datahub.api.log.LogText;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.SharedEntries;
import io.datahub.api.state.StateEntry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps tokens in the state that all hubs of a cluster share, by their hashes. */
final class SharedTokens implements TokenMedium {

    private static final Logger LOG = LoggerFactory.getLogger(SharedTokens.class);

    private final SharedEntries entries;
    private final Clock clock;

    /**
     * @param known the names of the stored tokens that this hub has in memory
     * @param ended told the names of tokens that are gone
     */
    SharedTokens(AdapterState state, Clock clock, Supplier<Set<String>> known, Consumer<Set<String>> ended) {
        this.clock = clock;
        entries = new SharedEntries(
                state,
                "datahub-auth-tokens",
                known,
                ended,
                failure -> LOG.debug("event=auth.short-lived.look-failed", failure));
    }

    @Override
    public void read(Consumer<ShortLivedToken> copier) throws IOException {
        entries.copyAll(entry -> parse(entry).ifPresent(copier));
    }

    private static Optional<ShortLivedToken> parse(StateEntry entry) {
        try {
            return Optional.of(ShortLivedToken.parse(entry.text().stripTrailing()))
                    .filter(token -> token.name().equals(entry.key()));
        } catch (DateTimeParseException | IndexOutOfBoundsException e) {
            LOG.warn(
                    "event=auth.short-lived.entry-unreadable key={} reason={}",
                    LogText.quoted(entry.key()),
                    LogText.quoted(e.toString()));
            return Optional.empty();
        }
    }

    @Override
    public boolean needsAll(boolean hasRemoved) {
        return false;
    }

    @Override
    public void save(List<ShortLivedToken> tokens, List<ShortLivedToken> removed) throws IOException {
        if (!removed.isEmpty()) {
            entries.end(removed.stream().map(ShortLivedToken::name).toList());
        }
        for (ShortLivedToken token : tokens) {
            Duration left = Duration.between(clock.instant(), token.expires());
            if (left.isNegative() || left.isZero()) {
                continue;
            }
            Optional<Refusal> refusal = entries.put(token.name(), token.line().getBytes(UTF_8), left)
                    .refusal();
            if (refusal.isPresent()) {
                throw new MediumFullException(refusal.get().detail());
            }
        }
    }

    @Override
    public boolean expires() {
        return true;
    }

    @Override
    public Optional<ShortLivedToken> find(String name, Consumer<ShortLivedToken> copier) throws IOException {
        return entries.copy(name, entry -> parse(entry).ifPresent(copier)).flatMap(SharedTokens::parse);
    }

    @Override
    public boolean isCurrent() {
        return entries.isCurrent();
    }

    @Override
    public void close() {
        entries.close();
    }
}
