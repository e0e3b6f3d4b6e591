package io.datahub.validators.users;

import io.datahub.validators.support.Findings;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringTokenizer;
import org.xml.sax.Attributes;
import org.xml.sax.Locator;
import org.xml.sax.helpers.DefaultHandler;

/** The rules for a users file that its schema can't express. Receives SAX events; one instance per document. */
final class UsersRules extends DefaultHandler {

    private static final Duration MIN_VALIDITY = Duration.ofHours(24);
    private static final Set<String> BUILT_IN = Set.of("admin", "monitor");
    private static final String ANONYMOUS = "anonymous";

    private final Findings findings;
    private final Instant requiredExpiry;
    private final Map<String, Integer> lines = new HashMap<>();
    private final Set<String> roles = new HashSet<>(BUILT_IN);
    private final Map<String, RoleAssignment> assignedRoles = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder();
    private final UserTopics topics = new UserTopics();
    private UsersValues values;
    private TrustValues trust;
    private Locator locator;
    private String user = "";
    private boolean administrator;
    private boolean hasUsableAdministrator;

    /** A role assigned to a user, with its position. */
    private record RoleAssignment(int line, int column, String user) {}

    UsersRules(Findings findings, Instant now) {
        this.findings = findings;
        this.requiredExpiry = now.plus(MIN_VALIDITY);
    }

    @Override
    public void setDocumentLocator(Locator documentLocator) {
        locator = documentLocator;
        values = new UsersValues(findings, documentLocator);
    }

    @Override
    public void startElement(String uri, String element, String qName, Attributes attributes) {
        text.setLength(0);
        switch (element) {
            case "role" -> role(attributes);
            case "user" -> user(attributes);
            case "token" -> token(attributes);
            case "certificate" -> certificate(attributes);
            case "ssh-key" -> {
                refuseIfAnonymous("ssh-key");
                values.label(attributes.getValue("label"));
            }
            case "trust" -> {
                refuseIfAnonymous("trust");
                trust = new TrustValues(user, attributes);
            }
            case "claim" -> claim(attributes);
            case "allow" -> {
                values.grants(attributes);
                topics.allow(attributes);
            }
            default -> {}
        }
    }

    private void role(Attributes attributes) {
        String name = attributes.getValue("name");
        topics.role(name);
        if (values.name("role", name)) {
            if (BUILT_IN.contains(name)) {
                findings.add(locator, "the role " + name + " is built in; choose another name");
            }
            checkUnique("role", name, "the role " + name, "merge their grants, or rename one");
            roles.add(name);
        }
    }

    private void user(Attributes attributes) {
        String name = attributes.getValue("name");
        user = name == null ? "" : name;
        topics.user(user, attributes.getValue("roles"), locator);
        if (values.name("user", name)) {
            checkUnique("user", name, "the user " + name, "merge them, or rename one");
        }
        boolean disabled = values.flag("disabled", attributes.getValue("disabled"));
        administrator = false;
        StringTokenizer words =
                new StringTokenizer(attributes.getValue("roles") == null ? "" : attributes.getValue("roles"));
        while (words.hasMoreTokens()) {
            String role = words.nextToken();
            assignedRoles.putIfAbsent(
                    role, new RoleAssignment(locator.getLineNumber(), locator.getColumnNumber(), user));
            administrator |= role.equals("admin") && !disabled;
        }
        if (administrator && user.equals(ANONYMOUS)) {
            findings.add(locator, "the user anonymous can't be an administrator; grant it only what everyone may do");
        }
    }

    private void token(Attributes attributes) {
        refuseIfAnonymous("token");
        String digest = attributes.getValue("sha256");
        if (values.digest("token", digest)) {
            checkUnique("token", digest.toLowerCase(Locale.ROOT), "this token", "each user needs a token of its own");
        }
        values.time("created", attributes.getValue("created"));
        values.label(attributes.getValue("label"));
        String expires = attributes.getValue("expires");
        recordCredential(expires == null
                || values.time("expires", expires).map(requiredExpiry::isBefore).orElse(false));
    }

    private void certificate(Attributes attributes) {
        refuseIfAnonymous("certificate");
        String digest = attributes.getValue("sha256");
        if (values.digest("certificate", digest)) {
            checkUnique(
                    "certificate",
                    digest.toLowerCase(Locale.ROOT),
                    "this certificate",
                    "it can belong to one user only");
            recordCredential(true);
        }
    }

    private void curveKey() {
        refuseIfAnonymous("curve-key");
        String key = text.toString().strip();
        if (values.curveKey(key)) {
            checkUnique("curve-key", key, "this curve-key", "it can belong to one user only");
            recordCredential(true);
        }
    }

    /** An SSH key is not a way in that an administrator always has: the hub may be without SSH. */
    private void sshKey() {
        values.sshKey(text.toString())
                .ifPresent(key -> checkUnique(
                        "ssh-key", key.sha256(), "this ssh-key", "each user needs a key of its own; remove one"));
    }

    private void claim(Attributes attributes) {
        if (trust != null) { // otherwise the schema refuses it
            trust.claim(attributes).ifPresent(defect -> findings.add(locator, defect));
        }
    }

    private void trust() {
        try {
            checkUnique(
                    "trust", trust.rule().meaning(), "a trust rule for the same tokens", "remove one, or add a claim");
        } catch (IllegalArgumentException e) {
            findings.add(locator, e.getMessage());
        }
    }

    private void refuseIfAnonymous(String kind) {
        if (user.equals(ANONYMOUS)) {
            findings.add(locator, "the user anonymous has no credentials; remove its " + kind);
        }
    }

    private void recordCredential(boolean usable) {
        hasUsableAdministrator |= administrator && usable && !user.equals(ANONYMOUS);
    }

    private void checkUnique(String kind, String value, String subject, String remedy) {
        Integer line = lines.putIfAbsent(kind + " " + value, locator.getLineNumber());
        if (line != null) {
            findings.add(locator, subject + " is in line " + line + " already; " + remedy);
        }
    }

    @Override
    public void characters(char[] characters, int from, int length) {
        text.append(characters, from, length);
    }

    @Override
    public void endElement(String uri, String element, String qName) {
        if (element.equals("curve-key")) {
            curveKey();
        } else if (element.equals("ssh-key")) {
            sshKey();
        } else if (element.equals("trust")) {
            trust();
        } else if (element.equals("user")) {
            administrator = false;
            user = "";
        }
    }

    /** Validates the rules that require the whole document. */
    @Override
    public void endDocument() {
        assignedRoles.forEach(this::checkDefined);
        topics.validate(findings);
        if (!hasUsableAdministrator) {
            findings.add(
                    "no administrator could log in tomorrow: an enabled user with the role admin needs a token that is"
                            + " valid for at least another 24 hours, a curve-key or a certificate; an ssh-key or "
                            + "trust is not enough");
        }
    }

    private void checkDefined(String role, RoleAssignment assignment) {
        if (!roles.contains(role)) {
            findings.add(
                    assignment.line(),
                    assignment.column(),
                    "the user " + assignment.user() + " has the role " + role
                            + ", which is not defined; add <role name=\"" + role + "\"> or use another");
        }
    }
}
