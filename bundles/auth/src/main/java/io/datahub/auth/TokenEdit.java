package io.datahub.auth;

import io.datahub.auth.StoredCredential.Kind;
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

/** A change of one user's tokens in a version of the users file, step by step. For one thread. */
final class TokenEdit {

    private final Users before;
    private final StoredUser user;
    private final List<StoredCredential> tokens;
    private final Set<StoredCredential> removed = new HashSet<>();

    /** What was taken away, to what it was made with: that is what its children count as made with from then on. */
    private final Map<String, String> heirs = new HashMap<>();

    private byte[] bytes;

    /**
     * @param user a user that there is
     * @param bytes the text that the users were read from
     */
    TokenEdit(Users before, String user, byte[] bytes) {
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

    /** All users of the version that is changed. */
    Users before() {
        return before;
    }

    StoredUser user() {
        return user;
    }

    /** The user's tokens as they are by now, in the order of the file. */
    List<StoredCredential> tokens() {
        return List.copyOf(tokens);
    }

    /**
     * Adds a token.
     *
     * @return as it is written down
     */
    StoredCredential add(StoredCredential token) throws InvalidUsersException {
        StoredCredential added = inherited(token);
        bytes = text().withToken(place(), added);
        tokens.add(added);
        return added;
    }

    void remove(StoredCredential token) throws InvalidUsersException {
        int index = tokens.indexOf(token);
        bytes = text().withoutToken(place(), index);
        tokens.remove(index);
        bequeath(List.of(token));
    }

    /** What was made with these counts as made with their parents, so that it still is among the descendants of those. */
    private void bequeath(Collection<StoredCredential> gone) throws InvalidUsersException {
        for (StoredCredential credential : gone) {
            credential.parent().ifPresent(parent -> heirs.put(credential.value(), parent));
        }
        Map<String, String> changed = new HashMap<>();
        heirs.keySet().forEach(value -> changed.put(value, heir(value)));
        if (!changed.isEmpty()) {
            bytes = text().withParents(changed);
            tokens.replaceAll(this::inherited);
        }
    }

    private String heir(String value) {
        String heir = value;
        for (int i = 0; i <= heirs.size() && heirs.containsKey(heir); i++) {
            heir = heirs.get(heir);
        }
        return heir;
    }

    private StoredCredential inherited(StoredCredential credential) {
        return credential.parent().filter(heirs::containsKey).isPresent()
                ? credential.madeWith(credential.parent().map(this::heir))
                : credential;
    }

    /**
     * Takes a token away with all that were made with it, and with those, whoever has them.
     *
     * @return what was taken away, that token first
     */
    List<StoredCredential> removeWithDescendants(StoredCredential token) throws InvalidUsersException {
        Map<String, List<StoredCredential>> children = new HashMap<>();
        for (StoredUser each : before.all()) {
            for (StoredCredential credential : each.credentials()) {
                credential
                        .parent()
                        .ifPresent(parent -> children.computeIfAbsent(parent, key -> new ArrayList<>())
                                .add(credential));
            }
        }
        Set<StoredCredential> family = new LinkedHashSet<>();
        Deque<StoredCredential> left = new ArrayDeque<>(List.of(token));
        while (!left.isEmpty()) {
            StoredCredential next = left.remove();
            if (family.add(next)) {
                left.addAll(children.getOrDefault(next.value(), List.of()));
            }
        }
        bytes = text().withoutTokens(
                        family.stream().map(StoredCredential::value).collect(Collectors.toSet()));
        removed.addAll(family);
        tokens.removeAll(family);
        return List.copyOf(family);
    }

    /**
     * Takes everything away that the user can come in with.
     *
     * @return what was taken away
     */
    List<StoredCredential> removeAll() throws InvalidUsersException {
        bytes = text().withoutCredentials(place());
        removed.addAll(user.credentials());
        tokens.clear();
        bequeath(user.credentials());
        return user.credentials();
    }

    /** Gives one of the tokens another end. */
    void end(StoredCredential token, Instant end) throws InvalidUsersException {
        int index = tokens.indexOf(token);
        bytes = text().withTokenUntil(place(), index, end);
        tokens.set(index, token.until(end));
    }

    private UsersText text() throws InvalidUsersException {
        return new UsersText(bytes);
    }

    private int place() {
        return before.place(user.name());
    }

    /**
     * The text of the new version. One that is no users file, since the last administrator would be gone, say, is left to
     * the validator, which says so.
     *
     * @throws InvalidUsersException if, read once more, it isn't what was meant
     */
    byte[] bytes() throws InvalidUsersException {
        Map<String, Set<StoredCredential>> meant = credentials(before);
        Set<StoredCredential> own = meant.get(user.name());
        own.removeIf(credential -> credential.kind() == Kind.TOKEN);
        own.addAll(tokens);
        meant.values().forEach(each -> each.removeAll(removed));
        meant.replaceAll((name, each) -> each.stream().map(this::inherited).collect(Collectors.toSet()));
        boolean anyAdministrator = before.all().stream()
                .filter(each -> each.user().isAdmin() && !each.disabled())
                .anyMatch(each -> !meant.get(each.name()).isEmpty());
        if (anyAdministrator && !credentials(UsersReader.read(bytes)).equals(meant)) {
            throw new InvalidUsersException("the edit went wrong", null);
        }
        return bytes;
    }

    private static Map<String, Set<StoredCredential>> credentials(Users users) {
        Map<String, Set<StoredCredential>> byName = new HashMap<>();
        users.all().forEach(each -> byName.put(each.name(), new HashSet<>(each.credentials())));
        return byName;
    }

    /** The tokens that somebody means by a label or the beginning of a hash. */
    List<StoredCredential> meantBy(String token) {
        List<StoredCredential> labelled = tokens.stream()
                .filter(each -> !token.isEmpty() && each.label().equals(token))
                .toList();
        return labelled.isEmpty()
                ? tokens.stream().filter(each -> each.isMeantBy(token)).toList()
                : labelled;
    }

    /** The token that ended first, if any has. */
    Optional<StoredCredential> firstEnded(Instant now) {
        return tokens.stream()
                .filter(token -> !token.isLiveAt(now))
                .min((a, b) -> a.expires().orElseThrow().compareTo(b.expires().orElseThrow()));
    }
}
