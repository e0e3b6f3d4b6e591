package io.datahub.auth.users;

import io.datahub.api.user.SshPublicKey;
import io.datahub.auth.users.StoredCredential.Kind;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** An edit of one user's tokens and SSH keys in a version of the users file, step by step. Not thread-safe. */
public final class TokenEdit {

    private final Users before;
    private final StoredUser user;
    private final List<StoredCredential> tokens;
    private final Set<StoredCredential> removed = new HashSet<>();
    private final Set<StoredCredential> addedKeys = new HashSet<>();

    /** Removed credentials and their parents: children of a removed credential are assigned to its parent. */
    private final Map<String, String> replacementParents = new HashMap<>();

    private byte[] bytes;

    /**
     * @param user an existing user
     * @param bytes the file from which the users were read
     */
    public TokenEdit(Users before, String user, byte[] bytes) {
        this.before = before;
        this.user = before.named(user).orElseThrow();
        this.tokens = new ArrayList<>(tokens(this.user));
        this.bytes = bytes;
    }

    private static List<StoredCredential> tokens(StoredUser user) {
        return user.credentials().stream()
                .filter(credential -> credential.kind() == Kind.TOKEN)
                .toList();
    }

    /** All users of the version being edited. */
    public Users before() {
        return before;
    }

    public StoredUser user() {
        return user;
    }

    /** The user's current tokens, in the order of the file. */
    public List<StoredCredential> tokens() {
        return List.copyOf(tokens);
    }

    /**
     * Adds a token.
     *
     * @return the token as stored
     */
    public StoredCredential add(StoredCredential token) throws InvalidUsersException {
        StoredCredential added = reparented(token);
        bytes = text().withToken(userIndex(), added);
        tokens.add(added);
        return added;
    }

    /** Adds an SSH key. */
    public void addKey(StoredCredential added, SshPublicKey key) throws InvalidUsersException {
        bytes = text().withKey(userIndex(), added.label(), key);
        addedKeys.add(added);
    }

    /** Removes an SSH key of the user. */
    public void removeKey(StoredCredential key) throws InvalidUsersException {
        bytes = text().withoutKey(userIndex(), key.value());
        removed.add(key);
    }

    public void remove(StoredCredential token) throws InvalidUsersException {
        int index = tokens.indexOf(token);
        bytes = text().withoutToken(userIndex(), index);
        tokens.remove(index);
        reparentChildren(List.of(token));
    }

    /**
     * Assigns the children of removed credentials to the parents of these, so that they remain descendants of those.
     */
    private void reparentChildren(Collection<StoredCredential> gone) throws InvalidUsersException {
        for (StoredCredential credential : gone) {
            credential.parent().ifPresent(parent -> replacementParents.put(credential.value(), parent));
        }
        Map<String, String> changed = new HashMap<>();
        replacementParents.keySet().forEach(value -> changed.put(value, replacementParent(value)));
        if (!changed.isEmpty()) {
            bytes = text().withParents(changed);
            tokens.replaceAll(this::reparented);
        }
    }

    private String replacementParent(String value) {
        String replacementParent = value;
        for (int i = 0; i <= replacementParents.size() && replacementParents.containsKey(replacementParent); i++) {
            replacementParent = replacementParents.get(replacementParent);
        }
        return replacementParent;
    }

    private StoredCredential reparented(StoredCredential credential) {
        return credential.parent().filter(replacementParents::containsKey).isPresent()
                ? credential.withParent(credential.parent().map(this::replacementParent))
                : credential;
    }

    /**
     * Removes a token and its descendants, the tokens created with it, directly or indirectly, regardless of the owner.
     *
     * @return the removed credentials, that token first
     */
    public List<StoredCredential> removeWithDescendants(StoredCredential token) throws InvalidUsersException {
        Map<String, List<StoredCredential>> children = new HashMap<>();
        for (StoredUser each : before.all()) {
            for (StoredCredential credential : each.credentials()) {
                credential
                        .parent()
                        .ifPresent(parent -> children.computeIfAbsent(parent, key -> new ArrayList<>())
                                .add(credential));
            }
        }
        Set<StoredCredential> descendants = new LinkedHashSet<>();
        Deque<StoredCredential> remaining = new ArrayDeque<>(List.of(token));
        while (!remaining.isEmpty()) {
            StoredCredential next = remaining.remove();
            if (descendants.add(next)) {
                remaining.addAll(children.getOrDefault(next.value(), List.of()));
            }
        }
        bytes = text().withoutTokens(
                        descendants.stream().map(StoredCredential::value).collect(Collectors.toSet()));
        removed.addAll(descendants);
        tokens.removeAll(descendants);
        return List.copyOf(descendants);
    }

    /**
     * Removes all credentials of the user.
     *
     * @return the removed credentials
     */
    public List<StoredCredential> removeAll() throws InvalidUsersException {
        bytes = text().withoutCredentials(userIndex());
        removed.addAll(user.credentials());
        tokens.clear();
        reparentChildren(user.credentials());
        return user.credentials();
    }

    /** Changes the expiry of one of the tokens. */
    public void end(StoredCredential token, Instant end) throws InvalidUsersException {
        int index = tokens.indexOf(token);
        bytes = text().withTokenUntil(userIndex(), index, end);
        tokens.set(index, token.withExpiry(end));
    }

    private UsersText text() throws InvalidUsersException {
        return new UsersText(bytes);
    }

    private int userIndex() {
        return before.indexOf(user.name());
    }

    /**
     * The new version of the file. If it is not a valid users file, because the last administrator would be removed,
     * say, it is up to the validator to refuse it.
     *
     * @throws InvalidUsersException if parsing it doesn't give the expected result
     */
    public byte[] bytes() throws InvalidUsersException {
        Map<String, Set<StoredCredential>> expected = credentials(before);
        Set<StoredCredential> own = expected.get(user.name());
        own.removeIf(credential -> credential.kind() == Kind.TOKEN);
        own.addAll(tokens);
        own.addAll(addedKeys);
        expected.values().forEach(each -> each.removeAll(removed));
        expected.replaceAll((name, each) -> each.stream().map(this::reparented).collect(Collectors.toSet()));
        boolean anyAdministrator = before.all().stream()
                .filter(each -> each.user().isAdmin() && !each.disabled())
                .anyMatch(each -> expected.get(each.name()).stream().anyMatch(StoredCredential::isGeneral));
        if (anyAdministrator && !credentials(UsersReader.read(bytes)).equals(expected)) {
            throw new InvalidUsersException("the edited file doesn't have the expected credentials", null);
        }
        return bytes;
    }

    private static Map<String, Set<StoredCredential>> credentials(Users users) {
        Map<String, Set<StoredCredential>> byName = new HashMap<>();
        users.all().forEach(each -> byName.put(each.name(), new HashSet<>(each.credentials())));
        return byName;
    }

    /** The tokens with this label or hash prefix. */
    public List<StoredCredential> matching(String token) {
        List<StoredCredential> labelled = tokens.stream()
                .filter(each -> !token.isEmpty() && each.label().equals(token))
                .toList();
        return labelled.isEmpty()
                ? tokens.stream().filter(each -> each.matchesPrefix(token)).toList()
                : labelled;
    }

    /** The token that expired first, if any has expired. */
    public Optional<StoredCredential> firstEnded(Instant now) {
        return tokens.stream()
                .filter(token -> !token.isValidAt(now))
                .min((a, b) -> a.expires().orElseThrow().compareTo(b.expires().orElseThrow()));
    }
}
