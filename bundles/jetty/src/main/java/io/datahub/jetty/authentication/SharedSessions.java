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
import java.time.format.DateTimeParseException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
     * @param entry as it was found
     * @param login without the users' present grants
     * @param age how long ago it was opened
     */
    record Found(StateEntry entry, Login login, Duration age) {}

    /**
     * @param known the hashes of the sessions that this hub has in memory
     * @param ended told the hashes of sessions that have ended
     */
    SharedSessions(ClusterView view, AdapterState state, Supplier<Set<String>> known, Consumer<Set<String>> ended) {
        this.view = view;
        entries = new SharedEntries(
                state,
                "datahub-http-sessions",
                known,
                ended,
                failure -> LOG.debug("event=http.session.look-failed", failure));
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
     * Finds a session and copies it into memory, unless it has ended.
     *
     * @param copier puts it there; may be called more than once
     * @return the session; if empty, it has ended
     * @throws UncheckedIOException if the ledger can't be reached
     */
    Optional<Found> copy(String hash, Origin origin, Consumer<Found> copier) {
        try {
            return entries.copy(hash, entry -> parse(entry, origin).ifPresent(copier))
                    .flatMap(entry -> parse(entry, origin));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Says that a session is used.
     *
     * @param keepFor how long it is kept from now on
     * @return whether it is; if not, it has ended
     * @throws UncheckedIOException if the ledger can't be reached
     */
    boolean extend(Found found, Duration keepFor) {
        if (keepFor.isNegative() || keepFor.isZero()) {
            return false;
        }
        try {
            Result<Long> extended = entries.extend(found.entry(), keepFor);
            return !extended.isRefused() || entries.find(found.entry().key()).isPresent(); // another hub was faster
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Empty if the entry has another form, since another version of the hub wrote it. */
    private static Optional<Found> parse(StateEntry entry, Origin origin) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(entry.value()))) {
            Duration age = Duration.between(Instant.parse(in.readUTF()), Instant.now());
            User user = new User(in.readUTF(), Set.of(), List.of());
            String credential = in.readUTF();
            Optional<String> label = read(in);
            Optional<Instant> expires = read(in).map(Instant::parse);
            Login login = new Login(user, credential, label, expires, origin);
            return Optional.of(new Found(entry, login, age.isNegative() ? Duration.ZERO : age));
        } catch (IOException | DateTimeParseException e) {
            LOG.debug("event=http.session.unreadable", e);
            return Optional.empty();
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
