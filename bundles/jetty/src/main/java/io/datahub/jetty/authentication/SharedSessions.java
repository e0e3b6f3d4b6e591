package io.datahub.jetty.authentication;

import io.datahub.api.Result;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.log.LogText;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.SharedEntries;
import io.datahub.api.state.StateEntry;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The browser sessions of all hubs of a cluster, by the hashes of their secrets. An entry expires when the session would
 * at a hub that hasn't been asked since. Thread-safe; blocks on the network.
 */
final class SharedSessions implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SharedSessions.class);

    private final ClusterView view;
    private final SharedEntries entries;

    /**
     * A session as another hub knows it.
     *
     * @param login without the users' present grants
     * @param age how long ago it was opened
     */
    record Found(Login login, Duration age) {}

    /**
     * @param known the hashes of the sessions that this hub has in memory
     * @param ended told the hashes of sessions that have ended
     */
    SharedSessions(ClusterView view, AdapterState state, Supplier<Set<String>> known, Consumer<Set<String>> ended) {
        this.view = view;
        entries = new SharedEntries(state, "datahub-http-sessions", known, ended);
    }

    /** Whether this hub may be asked: its view of the cluster is young enough to know who has lost access. */
    boolean isUsable() {
        return view.refuse().isEmpty();
    }

    /** Whether sessions that have ended elsewhere within the last second may still be in memory. */
    boolean isCurrent() {
        return entries.isCurrent();
    }

    /**
     * Stores a session.
     *
     * @throws UncheckedIOException if the ledger can't be reached, or has no room
     */
    void add(String hash, Login login, Duration keepFor) {
        try {
            Result<Long> stored = entries.put(hash, bytes(login), keepFor);
            if (stored.isRefused()) {
                throw new IOException(stored.refusal().orElseThrow().detail());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(Login login) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(Instant.now().toString());
            out.writeUTF(login.user().name());
            out.writeUTF(login.credential());
            write(out, login.label());
            write(out, login.expires().map(Instant::toString));
        }
        return bytes.toByteArray();
    }

    private static void write(DataOutputStream out, Optional<String> value) throws IOException {
        out.writeBoolean(value.isPresent());
        out.writeUTF(value.orElse(""));
    }

    /**
     * Finds a session, which is kept for longer then.
     *
     * @param keepFor how long it is kept, by its age
     * @throws UncheckedIOException if the ledger can't be reached
     */
    Optional<Found> find(String hash, Origin origin, UnaryOperator<Duration> keepFor) {
        try {
            Optional<StateEntry> entry = entries.find(hash);
            if (entry.isEmpty()) {
                return Optional.empty();
            }
            Found found = parse(entry.get().value(), origin);
            Duration left = keepFor.apply(found.age());
            if (left.isNegative() || left.isZero()) {
                return Optional.empty();
            }
            entries.extend(entry.get(), left);
            return Optional.of(found);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Found parse(byte[] bytes, Origin origin) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            Duration age = Duration.between(Instant.parse(in.readUTF()), Instant.now());
            User user = new User(in.readUTF(), Set.of(), List.of());
            String credential = in.readUTF();
            Optional<String> label = read(in);
            Optional<Instant> expires = read(in).map(Instant::parse);
            return new Found(
                    new Login(user, credential, label, expires, origin), age.isNegative() ? Duration.ZERO : age);
        }
    }

    private static Optional<String> read(DataInputStream in) throws IOException {
        boolean isPresent = in.readBoolean();
        String value = in.readUTF();
        return isPresent ? Optional.of(value) : Optional.empty();
    }

    /**
     * Ends sessions at all hubs.
     *
     * @throws UncheckedIOException if the ledger can't be reached
     */
    void end(Collection<String> hashes) {
        if (hashes.isEmpty()) {
            return;
        }
        try {
            entries.end(hashes);
        } catch (IOException e) {
            LOG.warn("event=http.session.end-failed reason={}", LogText.quoted(e.toString()));
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        entries.close();
    }
}
