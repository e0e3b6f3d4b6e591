package io.datahub.test.memory;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.SshKeyRegistry;
import io.datahub.api.user.SshPublicKey;
import io.datahub.api.user.UserRegistry.Credential;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The SSH keys of users in memory. Thread-safe. */
public final class MemorySshKeys implements SshKeyRegistry {

    private static final int MAX_LABEL = 100;

    private final MemoryUsers users;

    /** Guarded by this. */
    private final List<Entry> entries = new ArrayList<>();

    private record Entry(String user, SshPublicKey key, String label) {

        Credential described() {
            return new Credential(
                    Credentials.SshKey.KIND,
                    key.fingerprint(),
                    label,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
    }

    /** @param users the users whose keys these are */
    public MemorySshKeys(MemoryUsers users) {
        this.users = users;
    }

    private Optional<Result<Credential>> refusal(Login actor, String user) {
        if (users.renew(actor).filter(login -> login.user().isAdmin()).isEmpty()) {
            return Optional.of(Result.refused(Reason.FORBIDDEN, "only an administrator changes SSH keys"));
        }
        return users.all().stream().anyMatch(each -> each.name().equals(user))
                ? Optional.empty()
                : Optional.of(Result.refused(Reason.NOT_FOUND, "there is no user named " + user));
    }

    @Override
    public synchronized Result<Credential> add(Login actor, String user, SshPublicKey key, String label) {
        Optional<Result<Credential>> refusal = refusal(actor, user);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        if (label.length() > MAX_LABEL || label.chars().anyMatch(Character::isISOControl)) {
            return Result.refused(Reason.BAD_REQUEST, "a label is one line of at most 100 characters");
        }
        if (entries.stream().anyMatch(entry -> entry.key().equals(key))) {
            return Result.refused(Reason.CONFLICT, "somebody has this key already");
        }
        Entry added = new Entry(user, key, label);
        entries.add(added);
        users.with(user, new Credentials.SshKey(Optional.of(user), key));
        return Result.done(added.described());
    }

    @Override
    public synchronized Result<Credential> remove(Login actor, String user, String key) {
        Optional<Result<Credential>> refusal = refusal(actor, user);
        if (refusal.isPresent()) {
            return refusal.get();
        }
        List<Entry> matching = entries.stream()
                .filter(entry -> entry.user().equals(user))
                .filter(entry ->
                        entry.key().fingerprint().equals(key) || entry.label().equals(key))
                .toList();
        if (matching.size() != 1) {
            return Result.refused(
                    matching.isEmpty() ? Reason.NOT_FOUND : Reason.CONFLICT, "not exactly one key matches");
        }
        Entry removed = matching.get(0);
        entries.remove(removed);
        users.without(new Credentials.SshKey(Optional.of(user), removed.key()));
        return Result.done(removed.described());
    }
}
