package io.datahub.auth.users;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.TrustRule;
import io.datahub.api.user.UserDefinition;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class DefinitionEditTest {

    private static final String FILE = """
            <?xml version="1.0"?>
            <!-- who may do what -->
            <broker-users xmlns="urn:datahub:broker-users:1">
              <role name="ci"><allow publish="build."/></role>
              <!-- the agents -->
              <user name="jenkins" roles="ci">
                <token sha256="%s" label="a"/> <!-- the first -->
                <allow read="builds/" create="builds/{user}/"/>
                <allow subscribe="a&amp;b"/>
              </user>

              <user name='ops' roles="admin" ><token sha256="%s"/></user>
              <!-- the end -->
            </broker-users>
            """.formatted("1".repeat(64), "2".repeat(64));

    private static final TrustRule RULE = new TrustRule(
            "jenkins",
            "https://issuer.example",
            "datahub",
            Optional.empty(),
            new TreeMap<>(java.util.Map.of("repository", "acme/<app>")));

    private static String edit(String file, String name, UnaryOperator<UserDefinition> change) throws Exception {
        byte[] bytes = file.getBytes(StandardCharsets.UTF_8);
        DefinitionEdit edit = new DefinitionEdit(UsersReader.read(bytes), name, bytes);
        UserDefinition present =
                edit.present().orElse(new UserDefinition(name, false, List.of(), List.of(), List.of(), List.of()));
        return new String(edit.to(Optional.ofNullable(change.apply(present))), StandardCharsets.UTF_8);
    }

    private static UserDefinition with(
            UserDefinition user, boolean disabled, List<String> roles, List<Grant> grants, List<TrustRule> rules) {
        return new UserDefinition(user.name(), disabled, roles, grants, rules, List.of());
    }

    private static UserDefinition without(UserDefinition user, Action action) {
        return with(
                user,
                user.disabled(),
                user.roles(),
                user.grants().stream().filter(grant -> grant.action() != action).toList(),
                user.trustRules());
    }

    private static UserDefinition plus(UserDefinition user, Action action, String what) {
        List<Grant> grants = new ArrayList<>(user.grants());
        grants.add(UserDefinition.own(user.name(), action, what));
        return with(user, user.disabled(), user.roles(), grants, user.trustRules());
    }

    @Test
    void whatStaysTheSameIsNotTouched() throws Exception {
        assertThat(edit(FILE, "jenkins", user -> user)).isEqualTo(FILE);
    }

    @Test
    void aGrantGetsALineBehindTheOthers() throws Exception {
        assertThat(edit(FILE, "jenkins", user -> plus(user, Action.WRITE, "\"<x>&/")))
                .isEqualTo(FILE.replace(
                        "    <allow subscribe=\"a&amp;b\"/>\n",
                        "    <allow subscribe=\"a&amp;b\"/>\n    <allow write=\"&#34;&#60;x&#62;&#38;/\"/>\n"));
    }

    @Test
    void aGrantIsRemovedFromItsElement() throws Exception {
        assertThat(edit(FILE, "jenkins", user -> without(user, Action.READ)))
                .isEqualTo(FILE.replace(" read=\"builds/\"", ""));
    }

    @Test
    void theLastGrantOfAnElementGoesWithItsLine() throws Exception {
        assertThat(edit(FILE, "jenkins", user -> without(user, Action.SUBSCRIBE)))
                .isEqualTo(FILE.replace("    <allow subscribe=\"a&amp;b\"/>\n", ""));
    }

    @Test
    void rolesAndStateAreAttributes() throws Exception {
        assertThat(edit(FILE, "jenkins", user -> with(user, true, List.of("monitor", "ci"), user.grants(), List.of())))
                .isEqualTo(FILE.replace("roles=\"ci\"", "roles=\"ci monitor\" disabled=\"true\""));
        assertThat(edit(FILE, "jenkins", user -> with(user, false, List.of(), user.grants(), List.of())))
                .isEqualTo(FILE.replace(" roles=\"ci\"", ""));
    }

    @Test
    void aTrustRuleComesAndGoes() throws Exception {
        String added = edit(FILE, "jenkins", user -> with(user, false, user.roles(), user.grants(), List.of(RULE)));
        assertThat(added).isEqualTo(FILE.replace("roles=\"ci\">\n", """
                roles="ci">
                    <trust issuer="https://issuer.example" audience="datahub">
                      <claim name="repository" equals="acme/&#60;app&#62;"/>
                    </trust>
                """));
        assertThat(edit(added, "jenkins", user -> with(user, false, user.roles(), user.grants(), List.of())))
                .isEqualTo(FILE);
    }

    @Test
    void aNewUserComesLast() throws Exception {
        String added = edit(FILE, "bob", user -> plus(user, Action.PUBLISH, ""));
        assertThat(added).isEqualTo(FILE.replace("</token></user>", "").replace("\"/></user>\n", """
                "/></user>
                  <user name="bob">
                    <allow publish=""/>
                  </user>
                """));
        assertThat(edit(added, "bob", user -> null)).isEqualTo(FILE);
    }

    @Test
    void aUserIsRemovedWithItsLines() throws Exception {
        int from = FILE.indexOf("  <user name=\"jenkins\"");
        int to = FILE.indexOf("  </user>\n") + "  </user>\n".length();
        assertThat(edit(FILE, "jenkins", user -> null)).isEqualTo(FILE.substring(0, from) + FILE.substring(to));
    }

    @Test
    void aFileOfOneLineStaysOne() throws Exception {
        String file = "<broker-users xmlns=\"urn:datahub:broker-users:1\"><user name=\"ops\" roles=\"admin\">"
                + "<token sha256=\"" + "2".repeat(64) + "\"/></user><user name=\"a\"/></broker-users>";
        assertThat(edit(file, "a", user -> plus(user, Action.READ, "x/")))
                .isEqualTo(file.replace("<user name=\"a\"/>", "<user name=\"a\"><allow read=\"x/\"/></user>"));
        assertThat(edit(file, "b", user -> user)).isEqualTo(file.replace("</broker", "<user name=\"b\"/></broker"));
    }

    @Test
    void prefixesOfNamespacesAreKept() throws Exception {
        String file = "<b:broker-users xmlns:b=\"urn:datahub:broker-users:1\">\n <b:user name=\"ops\" roles=\"admin\">"
                + "<b:token sha256=\"" + "2".repeat(64) + "\"/></b:user>\n</b:broker-users>";
        assertThat(edit(file, "x", user -> plus(user, Action.READ, "")))
                .contains(" <b:user name=\"x\">\n   <b:allow read=\"\"/>\n </b:user>\n</b:broker-users>");
    }
}
