package io.datahub.auth.users;

import io.datahub.api.user.TrustRule;
import io.datahub.auth.users.StoredCredential.Kind;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** All users of one version of the users file, indexed by name and by credential. Immutable. */
public final class Users {

    public static final Users EMPTY = new Users(List.of());

    private final List<StoredUser> all;
    private final Map<String, StoredUser> byName = new HashMap<>();
    private final Map<String, Owned> byCredential = new HashMap<>();
    private final Map<String, TrustRule> byRule = new HashMap<>();

    /**
     * A credential and its owner.
     *
     * @param owner the user
     * @param credential one of the user's credentials
     */
    public record Owned(StoredUser owner, StoredCredential credential) {}

    /**
     * @param all in the order of the file
     * @throws IllegalArgumentException if two have the same name or the same credential
     */
    Users(List<StoredUser> all) {
        this.all = List.copyOf(all);
        for (StoredUser user : all) {
            if (byName.put(user.name(), user) != null) {
                throw new IllegalArgumentException("there are two users named " + user.name());
            }
            user.credentials().forEach(credential -> enter(new Owned(user, credential)));
            user.trustRules().forEach(this::enter);
        }
    }

    private void enter(TrustRule rule) {
        TrustRule other = byRule.put(rule.id(), rule);
        if (other != null) {
            throw new IllegalArgumentException(
                    "the users " + other.user() + " and " + rule.user() + " share a trust rule");
        }
    }

    private void enter(Owned owned) {
        Owned other = byCredential.put(owned.credential().name(), owned);
        if (other != null) {
            throw new IllegalArgumentException("the users " + other.owner().name() + " and "
                    + owned.owner().name() + " share a "
                    + owned.credential().kind().word());
        }
    }

    public List<StoredUser> all() {
        return all;
    }

    public Optional<StoredUser> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The position of a user in the file, from 0; -1 if there is none of that name. */
    int indexOf(String name) {
        return named(name).map(all::indexOf).orElse(-1);
    }

    /**
     * Finds the owner of a credential.
     *
     * @param value the full value in lower-case hexadecimal
     */
    public Optional<Owned> owning(Kind kind, String value) {
        return Optional.of(value)
                .filter(whole -> whole.length() == StoredCredential.DIGITS)
                .map(whole -> byCredential.get(StoredCredential.name(kind, whole)))
                .filter(owned -> MessageDigest.isEqual(
                        owned.credential().value().getBytes(StandardCharsets.US_ASCII),
                        value.getBytes(StandardCharsets.US_ASCII)));
    }

    /** Finds a credential by the identifier kept in a login. */
    public Optional<Owned> credential(String name) {
        return Optional.ofNullable(byCredential.get(name));
    }

    /** Finds a trust rule. */
    public Optional<TrustRule> rule(String id) {
        return Optional.ofNullable(byRule.get(id));
    }

    /** The trust rules of all users that aren't disabled, in the order of the file. */
    public List<TrustRule> rules() {
        return all.stream()
                .filter(user -> !user.disabled())
                .flatMap(user -> user.trustRules().stream())
                .toList();
    }

    /** The first expiry of a credential after this time. */
    public Optional<Instant> nextExpiry(Instant after) {
        List<Instant> ends = new ArrayList<>();
        for (Owned owned : byCredential.values()) {
            owned.credential().expires().filter(after::isBefore).ifPresent(ends::add);
        }
        return ends.stream().min(Instant::compareTo);
    }
}
