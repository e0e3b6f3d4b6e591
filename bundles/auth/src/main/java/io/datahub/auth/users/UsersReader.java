package io.datahub.auth.users;

import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.SshPublicKey;
import io.datahub.api.user.TrustRule;
import io.datahub.api.user.User;
import io.datahub.api.user.UserDefinition;
import io.datahub.api.user.Z85;
import io.datahub.auth.users.StoredCredential.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.xml.stream.XMLStreamException;

/**
 * Parses a users file strictly: anything unknown is refused, so that no one gets more permissions than intended. The
 * rules that depend on time are checked by the validator. For one file and one thread.
 */
public final class UsersReader {

    private static final int KEY_CHARACTERS = 40;
    private static final Map<String, Action> ACTIONS =
            Stream.of(Action.values()).collect(Collectors.toUnmodifiableMap(Action::word, action -> action));

    private final UsersXml xml;
    private final Map<String, List<Allow>> roles = new HashMap<>();
    private final List<Draft> drafts = new ArrayList<>();

    /** A grant in which {@code {user}} isn't replaced yet. */
    private record Allow(Action action, String what, String origin) {
        Grant to(String user) {
            return new Grant(action, what.replace("{user}", user), origin);
        }
    }

    /** A user whose roles may be defined later in the file. */
    private record Draft(
            String name,
            Set<String> roles,
            boolean disabled,
            List<Allow> own,
            List<StoredCredential> credentials,
            List<TrustRule> trustRules) {}

    /** Takes what is left out, and why; empty if nothing is. */
    private final Optional<Consumer<String>> unusable;

    private final Set<String> ids = new HashSet<>(); // of the SSH keys and trust rules, where some are left out

    /** Reads an element. */
    private interface Reading<T> {
        T read() throws XMLStreamException, InvalidUsersException;
    }

    private UsersReader(UsersXml xml, Optional<Consumer<String>> unusable) {
        this.xml = xml;
        this.unusable = unusable;
    }

    /**
     * Parses a users file.
     *
     * @throws InvalidUsersException if it is invalid; the message states where and why
     */
    public static Users read(byte[] bytes) throws InvalidUsersException {
        return read(bytes, Optional.empty());
    }

    /**
     * Parses a users file that a version of the hub has accepted before. Earlier versions did so whatever was in the
     * elements {@code ssh-key} and {@code trust}, so those that can't be used are left out. Nobody gets more
     * permissions by that, and everybody else can still log in.
     *
     * @param unusable takes what is left out, and why
     * @throws InvalidUsersException if it is invalid nevertheless; the message states where and why
     */
    public static Users readAccepted(byte[] bytes, Consumer<String> unusable) throws InvalidUsersException {
        try {
            return read(bytes);
        } catch (InvalidUsersException e) {
            return read(bytes, Optional.of(unusable));
        }
    }

    private static Users read(byte[] bytes, Optional<Consumer<String>> unusable) throws InvalidUsersException {
        try {
            if (unusable.isPresent()) {
                new UsersXml(bytes).finish(); // only what is well-formed can be left out
            }
            return new UsersReader(new UsersXml(bytes), unusable).document();
        } catch (XMLStreamException | RuntimeException e) {
            throw new InvalidUsersException(String.valueOf(e.getMessage()), e);
        }
    }

    private Users document() throws XMLStreamException, InvalidUsersException {
        xml.root();
        while (xml.nextChild()) {
            if (xml.is("role")) {
                role();
            } else if (xml.is("user")) {
                user();
            } else {
                throw xml.unexpected();
            }
        }
        List<StoredUser> users = new ArrayList<>();
        for (Draft draft : drafts) {
            users.add(finish(draft));
        }
        xml.require(users.stream().anyMatch(UsersReader::isAdministrator), "there is no enabled administrator");
        xml.finish();
        return new Users(users);
    }

    private static boolean isAdministrator(StoredUser user) {
        return user.user().isAdmin()
                && !user.disabled()
                && user.credentials().stream().anyMatch(StoredCredential::isGeneral);
    }

    private void role() throws XMLStreamException, InvalidUsersException {
        xml.attributes(Set.of("name"));
        String name = xml.name();
        xml.require(!isBuiltIn(name), "the role " + name + " is built in");
        List<Allow> allows = new ArrayList<>();
        while (xml.nextChild()) {
            allow(allows, "role " + name);
        }
        xml.require(roles.put(name, allows) == null, "there are two roles named " + name);
    }

    private void user() throws XMLStreamException, InvalidUsersException {
        xml.attributes(Set.of("name", "roles", "disabled"));
        String name = xml.name();
        Set<String> wanted = xml.words("roles");
        boolean disabled = xml.flag("disabled");
        List<Allow> own = new ArrayList<>();
        List<StoredCredential> credentials = new ArrayList<>();
        List<TrustRule> trustRules = new ArrayList<>();
        while (xml.nextChild()) {
            if (xml.is("allow")) {
                allow(own, "user " + name);
            } else if (xml.is("trust")) {
                add(trustRules, name, TrustRule::id, () -> TrustElement.read(xml, name));
            } else if (xml.is("ssh-key")) {
                add(credentials, name, StoredCredential::name, this::sshKey);
            } else {
                credentials.add(credential());
            }
        }
        xml.require(
                !name.equals(User.ANONYMOUS)
                        || (credentials.isEmpty() && trustRules.isEmpty() && !wanted.contains(User.ADMIN)),
                "the user " + User.ANONYMOUS + " comes without credentials and is no administrator");
        drafts.add(new Draft(name, wanted, disabled, own, credentials, trustRules));
    }

    /** Reads an element that may be left out. */
    private <T> void add(List<T> list, String user, Function<T, String> id, Reading<T> reading)
            throws XMLStreamException, InvalidUsersException {
        if (unusable.isEmpty()) {
            list.add(reading.read());
            return;
        }
        int line = xml.line();
        int depth = xml.depth();
        try {
            T element = reading.read();
            xml.require(!user.equals(User.ANONYMOUS), "the user anonymous comes without credentials");
            xml.require(ids.add(id.apply(element)), "it is there twice");
            list.add(element);
        } catch (XMLStreamException | InvalidUsersException | IllegalArgumentException e) {
            xml.skip(depth);
            unusable.get().accept("user " + user + ", line " + line + ": " + e.getMessage());
        }
    }

    private StoredUser finish(Draft draft) throws InvalidUsersException {
        List<Grant> grants = new ArrayList<>();
        for (String role : draft.roles()) {
            xml.require(isBuiltIn(role) || roles.containsKey(role), "there is no role named " + role);
            roles.getOrDefault(role, List.of()).forEach(allow -> grants.add(allow.to(draft.name())));
        }
        draft.own().forEach(allow -> grants.add(allow.to(draft.name())));
        User user = new User(draft.name(), draft.roles(), grants);
        List<Grant> own = draft.own().stream()
                .map(allow -> UserDefinition.own(draft.name(), allow.action(), allow.what()))
                .toList();
        return new StoredUser(user, draft.disabled(), own, draft.credentials(), draft.trustRules());
    }

    private static boolean isBuiltIn(String role) {
        return role.equals(User.ADMIN) || role.equals(User.MONITOR);
    }

    private void allow(List<Allow> allows, String origin) throws XMLStreamException, InvalidUsersException {
        if (!xml.is("allow")) {
            throw xml.unexpected();
        }
        for (String action : xml.attributes(ACTIONS.keySet())) {
            allows.add(new Allow(ACTIONS.get(action), xml.attribute(action).orElseThrow(), origin));
        }
        xml.end();
    }

    private StoredCredential credential() throws XMLStreamException, InvalidUsersException {
        if (xml.is("token")) {
            return token();
        }
        if (xml.is("certificate")) {
            xml.attributes(Set.of("sha256"));
            String digest = xml.digest();
            xml.end();
            return new StoredCredential(Kind.CERTIFICATE, digest, "", Optional.empty(), Optional.empty());
        }
        if (xml.is("curve-key")) {
            return curveKey();
        }
        throw xml.unexpected();
    }

    private StoredCredential token() throws XMLStreamException, InvalidUsersException {
        xml.attributes(Set.of("sha256", "label", "created", "expires", "parent"));
        Optional<Instant> created = xml.time("created");
        Optional<Instant> expires = xml.time("expires");
        String label = xml.attribute("label").orElse("");
        String digest = xml.digest();
        Optional<String> parent = xml.attribute("parent").map(value -> value.toLowerCase(Locale.ROOT));
        xml.end();
        return new StoredCredential(Kind.TOKEN, digest, label, created, expires, parent);
    }

    private StoredCredential sshKey() throws XMLStreamException, InvalidUsersException {
        xml.attributes(Set.of("label"));
        String label = xml.attribute("label").orElse("");
        String sha256 = SshPublicKey.parse(xml.text()).sha256();
        return new StoredCredential(Kind.SSH_KEY, sha256, label, Optional.empty(), Optional.empty());
    }

    private StoredCredential curveKey() throws XMLStreamException, InvalidUsersException {
        xml.attributes(Set.of());
        String text = xml.text();
        xml.require(text.length() == KEY_CHARACTERS, "a curve-key has 40 characters");
        return new StoredCredential(
                Kind.CURVE_KEY, HexFormat.of().formatHex(Z85.decode(text)), "", Optional.empty(), Optional.empty());
    }
}
