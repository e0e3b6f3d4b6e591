package io.datahub.validators;

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

/** What a users file must hold to beyond its schema. Told the document by a parser, for one document. */
final class UsersRules extends DefaultHandler {

    private static final Duration LASTS = Duration.ofHours(24);
    private static final Set<String> BUILT_IN = Set.of("admin", "monitor");
    private static final String ANONYMOUS = "anonymous";

    private final Findings findings;
    private final Instant needed;
    private final Map<String, Integer> lines = new HashMap<>();
    private final Set<String> roles = new HashSet<>(BUILT_IN);
    private final Map<String, Wanted> wanted = new LinkedHashMap<>();
    private final StringBuilder text = new StringBuilder();
    private final UserTopics topics = new UserTopics();
    private UsersValues values;
    private Locator locator;
    private String user = "";
    private boolean administrator;
    private boolean anyAdministrator;

    /** A role that a user has, and where. */
    private record Wanted(int line, int column, String user) {}

    UsersRules(Findings findings, Instant now) {
        this.findings = findings;
        this.needed = now.plus(LASTS);
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
            once("role", name, "the role " + name, "put their grants together or rename one");
            roles.add(name);
        }
    }

    private void user(Attributes attributes) {
        String name = attributes.getValue("name");
        user = name == null ? "" : name;
        topics.user(user, attributes.getValue("roles"), locator);
        if (values.name("user", name)) {
            once("user", name, "the user " + name, "put them together or rename one");
        }
        boolean disabled = values.flag("disabled", attributes.getValue("disabled"));
        administrator = false;
        StringTokenizer words =
                new StringTokenizer(attributes.getValue("roles") == null ? "" : attributes.getValue("roles"));
        while (words.hasMoreTokens()) {
            String role = words.nextToken();
            wanted.putIfAbsent(role, new Wanted(locator.getLineNumber(), locator.getColumnNumber(), user));
            administrator |= role.equals("admin") && !disabled;
        }
        if (administrator && user.equals(ANONYMOUS)) {
            findings.add(locator, "the user anonymous can't be an administrator; grant it what everybody may do");
        }
    }

    private void token(Attributes attributes) {
        credential("token");
        String digest = attributes.getValue("sha256");
        if (values.digest("token", digest)) {
            once("token", digest.toLowerCase(Locale.ROOT), "this token", "each user needs a token of its own");
        }
        values.time("created", attributes.getValue("created"));
        values.label(attributes.getValue("label"));
        String expires = attributes.getValue("expires");
        lasts(expires == null
                || values.time("expires", expires).map(needed::isBefore).orElse(false));
    }

    private void certificate(Attributes attributes) {
        credential("certificate");
        String digest = attributes.getValue("sha256");
        if (values.digest("certificate", digest)) {
            once("certificate", digest.toLowerCase(Locale.ROOT), "this certificate", "it can stand for one user only");
            lasts(true);
        }
    }

    private void curveKey() {
        credential("curve-key");
        String key = text.toString().strip();
        if (values.curveKey(key)) {
            once("curve-key", key, "this curve-key", "it can stand for one user only");
            lasts(true);
        }
    }

    private void credential(String kind) {
        if (user.equals(ANONYMOUS)) {
            findings.add(locator, "the user anonymous comes without credentials; remove its " + kind);
        }
    }

    private void lasts(boolean lasts) {
        anyAdministrator |= administrator && lasts && !user.equals(ANONYMOUS);
    }

    private void once(String kind, String value, String what, String cure) {
        Integer line = lines.putIfAbsent(kind + " " + value, locator.getLineNumber());
        if (line != null) {
            findings.add(locator, what + " stands in line " + line + " already; " + cure);
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
        } else if (element.equals("user")) {
            administrator = false;
            user = "";
        }
    }

    /** Looks at what can be known at the end only. */
    @Override
    public void endDocument() {
        wanted.forEach(this::known);
        topics.judge(findings);
        if (!anyAdministrator) {
            findings.add(
                    0,
                    0,
                    "no administrator could log in tomorrow: one user with the role admin, not disabled, needs a token"
                            + " that lasts for another 24 hours, a curve-key or a certificate");
        }
    }

    private void known(String role, Wanted where) {
        if (!roles.contains(role)) {
            findings.add(
                    where.line(),
                    where.column(),
                    "the user " + where.user() + " has the role " + role + ", which is not defined; add <role name=\""
                            + role + "\"> or use another");
        }
    }
}
