package io.datahub.auth.users;

import io.datahub.api.user.Grant;
import io.datahub.api.user.TrustRule;
import io.datahub.api.user.UserDefinition;
import io.datahub.auth.users.XmlTagScanner.Tag;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An edit of one user's definition in a version of the users file: changes what differs, and nothing else. Not
 * thread-safe.
 */
public final class DefinitionEdit {

    private final Users before;
    private final String name;
    private byte[] bytes;

    /** @param bytes the file from which the users were read */
    public DefinitionEdit(Users before, String name, byte[] bytes) {
        this.before = before;
        this.name = name;
        this.bytes = bytes;
    }

    /** The present definition. */
    public Optional<UserDefinition> present() {
        return before.named(name).map(StoredUser::definition);
    }

    /**
     * The new version of the file.
     *
     * @param wanted the new definition; empty to remove the user
     * @throws InvalidUsersException if parsing it doesn't give the expected result
     */
    public byte[] to(Optional<UserDefinition> wanted) throws InvalidUsersException {
        Optional<UserDefinition> present = present();
        if (present.isEmpty() && wanted.isPresent()) {
            create(wanted.get());
        } else if (present.isPresent() && wanted.isEmpty()) {
            bytes = new UsersText(bytes).withoutUser(place());
        } else if (present.isPresent()) {
            replace(present.get(), wanted.orElseThrow());
        }
        verify(wanted);
        return bytes;
    }

    private int place() {
        return before.indexOf(name);
    }

    private void create(UserDefinition wanted) throws InvalidUsersException {
        UsersText text = new UsersText(bytes);
        Markup markup = text.markup();
        Tag last = markup.user(before.all().size() - 1);
        int end = markup.end(last).to();
        String prefix = last.prefix();
        List<String> children = new ArrayList<>();
        wanted.grants().forEach(grant -> children.add(allow(markup, prefix, grant)));
        wanted.trustRules()
                .forEach(rule -> children.add(trust(markup, prefix, rule, markup.lineAt(last.from(), "  "))));
        String line = markup.lineAt(last.from(), "");
        String user = "<" + prefix + "user " + markup.attribute("name", name)
                + (wanted.roles().isEmpty() ? "" : " " + markup.attribute("roles", String.join(" ", wanted.roles())))
                + (wanted.disabled() ? " disabled=\"true\"" : "");
        String content = children.stream()
                .map(child -> markup.lineAt(last.from(), "  ") + child)
                .collect(Collectors.joining());
        String element = children.isEmpty() ? user + "/>" : user + ">" + content + line + "</" + prefix + "user>";
        bytes = text.bytes(markup.replaced(end, end, line + element));
    }

    private void replace(UserDefinition present, UserDefinition wanted) throws InvalidUsersException {
        if (!present.roles().equals(wanted.roles())) {
            setAttribute("roles", Optional.of(String.join(" ", wanted.roles())).filter(roles -> !roles.isEmpty()));
        }
        if (present.disabled() != wanted.disabled()) {
            setAttribute("disabled", wanted.disabled() ? Optional.of("true") : Optional.empty());
        }
        for (Grant grant : present.grants()) {
            if (!wanted.grants().contains(grant)) {
                revoke(grant);
            }
        }
        for (Grant grant : wanted.grants()) {
            if (!present.grants().contains(grant)) {
                insert("allow", (markup, prefix) -> allow(markup, prefix, grant));
            }
        }
        List<TrustRule> rules = before.named(name).orElseThrow().trustRules();
        for (int i = rules.size() - 1; i >= 0; i--) {
            if (!wanted.trustRules().contains(rules.get(i))) {
                bytes = new UsersText(bytes).withoutTrust(place(), i);
            }
        }
        for (TrustRule rule : wanted.trustRules()) {
            if (!rules.contains(rule)) {
                insert(
                        "trust",
                        (markup, prefix) -> trust(
                                markup,
                                prefix,
                                rule,
                                markup.lineAt(markup.user(place()).from(), "  ")));
            }
        }
    }

    private void setAttribute(String attribute, Optional<String> value) throws InvalidUsersException {
        UsersText text = new UsersText(bytes);
        Markup markup = text.markup();
        bytes = text.bytes(markup.withAttribute(markup.user(place()), attribute, value));
    }

    /** Writes an element. */
    private interface Element {
        String in(Markup markup, String prefix);
    }

    private void insert(String like, Element element) throws InvalidUsersException {
        UsersText text = new UsersText(bytes);
        Markup markup = text.markup();
        String written = element.in(markup, markup.user(place()).prefix());
        bytes = text.bytes(markup.inserted(place(), like, written));
    }

    /** Removes a grant wherever the user has it: an attribute, with its element if it was the only one. */
    private void revoke(Grant grant) throws InvalidUsersException {
        String action = grant.action().word();
        boolean more = true;
        while (more) {
            UsersText text = new UsersText(bytes);
            Markup markup = text.markup();
            List<Tag> allows = markup.children(place(), "allow");
            Optional<Tag> found = allows.stream()
                    .filter(tag -> markup.attribute(tag, action)
                            .map(markup::value)
                            .filter(grant.what()::equals)
                            .isPresent())
                    .findFirst();
            more = found.isPresent();
            if (more) {
                bytes = markup.attributes(found.get()).size() == 1
                        ? text.withoutAllow(place(), allows.indexOf(found.get()))
                        : text.bytes(markup.withAttribute(found.get(), action, Optional.empty()));
            }
        }
    }

    private static String allow(Markup markup, String prefix, Grant grant) {
        return "<" + prefix + "allow " + markup.attribute(grant.action().word(), grant.what()) + "/>";
    }

    /** @param line the line break before the element, with its indentation; empty if it doesn't begin a line */
    private static String trust(Markup markup, String prefix, TrustRule rule, String line) {
        String inner = line.isEmpty() ? "" : line + "  ";
        return "<" + prefix + "trust " + markup.attribute("issuer", rule.issuer()) + " "
                + markup.attribute("audience", rule.audience())
                + rule.jwks().map(keys -> " " + markup.attribute("jwks", keys)).orElse("") + ">"
                + rule.claims().entrySet().stream()
                        .map(claim -> inner + "<" + prefix + "claim " + markup.attribute("name", claim.getKey()) + " "
                                + markup.attribute("equals", claim.getValue()) + "/>")
                        .collect(Collectors.joining())
                + line + "</" + prefix + "trust>";
    }

    /** What the hub can't read is for the validator to refuse, with the reason. */
    private void verify(Optional<UserDefinition> wanted) throws InvalidUsersException {
        Users after;
        try {
            after = UsersReader.read(bytes);
        } catch (InvalidUsersException e) {
            return;
        }
        Map<String, UserDefinition> expected = definitions(before);
        expected.remove(name);
        wanted.map(this::result).ifPresent(made -> expected.put(name, made));
        if (!definitions(after).equals(expected)) {
            throw new InvalidUsersException("the edited file doesn't have the expected users", null);
        }
    }

    /** The new definition with the credentials that the user keeps. */
    public UserDefinition result(UserDefinition wanted) {
        return new UserDefinition(
                wanted.name(),
                wanted.disabled(),
                wanted.roles(),
                wanted.grants(),
                wanted.trustRules(),
                present().map(UserDefinition::credentials).orElse(List.of()));
    }

    private static Map<String, UserDefinition> definitions(Users users) {
        Map<String, UserDefinition> byName = new HashMap<>();
        users.all().forEach(user -> byName.put(user.name(), user.definition()));
        return byName;
    }
}
