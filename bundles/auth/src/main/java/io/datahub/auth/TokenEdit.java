package io.datahub.auth;

import io.datahub.auth.StoredCredential.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A change of one user's tokens in a version of the users file, step by step. For one thread. */
final class TokenEdit {

    private final Users before;
    private final StoredUser user;
    private final List<StoredCredential> tokens;
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

    void add(StoredCredential token) throws InvalidUsersException {
        bytes = text().withToken(place(), token);
        tokens.add(token);
    }

    void remove(StoredCredential token) throws InvalidUsersException {
        int index = tokens.indexOf(token);
        bytes = text().withoutToken(place(), index);
        tokens.remove(index);
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
