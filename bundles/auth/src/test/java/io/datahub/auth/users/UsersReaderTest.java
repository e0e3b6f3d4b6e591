package io.datahub.auth.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.datahub.api.path.RecordPath;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.auth.Samples;
import io.datahub.auth.users.StoredCredential.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class UsersReaderTest {

    @Test
    void shouldReadRolesGrantsAndCredentials() throws Exception {
        Users users = Samples.read(Samples.users("""
                <user name="jenkins" roles=" ci
                   monitor ">
                  <token sha256="%s" label="agent-1" created="2026-11-23T10:00:00Z" expires="2027-11-23T00:00:00+01:00"/>
                  <allow write="reports/{user}/" subscribe="x."/>
                  <curve-key>
                    %s
                  </curve-key>
                  <certificate sha256="%s"/>
                </user>
                <user name="off" disabled=" 1 "/>
                <role name="ci"><allow publish="build." read="" create="builds/{user}/"/></role>
                """.formatted("AB".repeat(32), Samples.KEY, "12".repeat(32))));

        StoredUser jenkins = users.named("jenkins").orElseThrow();
        User user = jenkins.user();
        assertThat(user.roles()).containsExactlyInAnyOrder("ci", "monitor");
        assertThat(user.isMonitor()).isTrue();
        assertThat(user.isAdmin()).isFalse();
        assertThat(user.grants())
                .containsExactlyInAnyOrder(
                        new Grant(Action.PUBLISH, "build.", "role ci"),
                        new Grant(Action.READ, "", "role ci"),
                        new Grant(Action.CREATE, "builds/jenkins/", "role ci"),
                        new Grant(Action.WRITE, "reports/jenkins/", "user jenkins"),
                        new Grant(Action.SUBSCRIBE, "x.", "user jenkins"));
        assertThat(user.mayRead(RecordPath.of("any/thing"))).isTrue();
        assertThat(user.mayRead(RecordPath.USERS)).isFalse();
        StoredCredential token = jenkins.credentials().get(0);
        assertThat(token.value()).isEqualTo("ab".repeat(32));
        assertThat(token.label()).isEqualTo("agent-1");
        assertThat(token.expires()).contains(Instant.parse("2027-11-22T23:00:00Z"));
        assertThat(jenkins.credentials())
                .extracting(StoredCredential::kind)
                .containsExactly(Kind.TOKEN, Kind.CURVE_KEY, Kind.CERTIFICATE);
        assertThat(users.named("off").orElseThrow().disabled()).isTrue();
    }

    @Test
    void shouldReadTheKeyOfTheManualsExample() throws Exception {
        Users users = Samples.read(Samples.users("<user name='u'><curve-key>" + Samples.KEY + "</curve-key></user>"));

        String key = users.named("u").orElseThrow().credentials().get(0).value();

        assertThat(key).isEqualTo("54fcba24e93249969316fb617c872bb0c1d1ff14800427c594cbfacf1bc2d652");
        assertThat(HexFormat.of().parseHex(key)).hasSize(32);
    }

    @Test
    void shouldReadOtherEncodingsAndPrefixes() throws Exception {
        String text = "<?xml version='1.0' encoding='ISO-8859-1'?><x:broker-users xmlns:x='urn:datahub:broker-users:1'>"
                + "<x:user name='root' roles='admin'><x:token label='\u00fc' sha256='" + "0".repeat(64)
                + "'/></x:user></x:broker-users>";

        Users users = UsersReader.read(text.getBytes(StandardCharsets.ISO_8859_1));

        assertThat(users.named("root").orElseThrow().credentials().get(0).label())
                .isEqualTo("\u00fc");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<user name='root'/>",
                "<user name='a b'/>",
                "<user/>",
                "<user name='u' roles='nurse'/>",
                "<user name='u' color='red'/>",
                "<user name='u' disabled='maybe'/>",
                "<user name='u'><allow destroy='x'/></user>",
                "<user name='u'><allow read='x'><allow/></allow></user>",
                "<user name='u'><token sha256='12'/></user>",
                "<user name='u'><token/></user>",
                "<user name='u'><certificate/></user>",
                "<user name='u'><curve-key>short</curve-key></user>",
                "<user name='u'><curve-key>########################################</curve-key></user>",
                "<user name='u'><curve-key>                                        </curve-key></user>",
                "<user name='u'>text</user>",
                "<user name='u'><password/></user>",
                "<user xmlns='urn:other' name='u'/>",
                "<role name='admin'/>",
                "<role name='monitor'/>",
                "<role name='r'/><role name='r'/>",
                "<role name='r'><token sha256='1111111111111111111111111111111111111111111111111111111111111111'/></role>",
                "<user name='anonymous'><certificate"
                        + " sha256='1111111111111111111111111111111111111111111111111111111111111111'/></user>",
                "<user name='anonymous' roles='admin'/>",
                "<user name='u'><token expires='2027-11-23T00:00:00'"
                        + " sha256='1111111111111111111111111111111111111111111111111111111111111111'/></user>",
                "<group/>",
                "<user",
            })
    void shouldRefuseUnknownContent(String content) {
        assertThatThrownBy(() -> Samples.read(Samples.users(content)))
                .isInstanceOf(InvalidUsersException.class)
                .hasMessageMatching("(?s).+");
    }

    @Test
    void shouldRefuseATokenThatTwoUsersShare() {
        assertThatThrownBy(() -> Samples.read(
                        Samples.users(Samples.ci("") + Samples.ci("").replace("'ci'", "'other'"))))
                .hasMessageContaining("share a token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<broker-users xmlns='urn:datahub:broker-users:1'/>",
                "<broker-users xmlns='urn:datahub:broker-users:1'><user name='root' roles='admin'/></broker-users>",
                "<broker-users/>",
                "",
            })
    void shouldRefuseAFileWithoutAdministrator(String text) {
        assertThatThrownBy(() -> Samples.read(text)).isInstanceOf(InvalidUsersException.class);
    }

    @Test
    void shouldRefuseADoctype() {
        assertThatThrownBy(() -> Samples.read("<!DOCTYPE broker-users []>" + Samples.users("")))
                .hasMessageContaining("DOCTYPE");
    }

    private static final String SSH_KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIp2EhLkZ3iPpT81j7zDExxsOH5k3SR96uIorJrqiK57" + " jenkins@build-7";

    @Test
    void shouldReadSshKeysAndTrustRules() throws Exception {
        StoredUser ci =
                Samples.read(Samples.users("""
                <user name="ci">
                  <ssh-key label="laptop">
                    %s
                  </ssh-key>
                  <trust issuer="https://ci.example.org" audience="datahub" jwks="ci.json">
                    <claim name="repository" equals="acme/app"/>
                    <claim name="ref" equals="refs/heads/main"/>
                  </trust>
                </user>
                """.formatted(SSH_KEY))).named("ci").orElseThrow();

        assertThat(ci.credentials()).singleElement().satisfies(key -> {
            assertThat(key.kind()).isEqualTo(Kind.SSH_KEY);
            assertThat(key.label()).isEqualTo("laptop");
            assertThat(key.id()).isEqualTo("SHA256:TbHeJ+K3xosBo6bKNe4ri2aWK/hf0nr+EVIFXNdUa14");
        });
        assertThat(ci.trustRules()).singleElement().satisfies(rule -> {
            assertThat(rule.user()).isEqualTo("ci");
            assertThat(rule.issuer()).isEqualTo("https://ci.example.org");
            assertThat(rule.audience()).isEqualTo("datahub");
            assertThat(rule.jwks()).contains("ci.json");
            assertThat(rule.claims()).containsOnlyKeys("repository", "ref").containsEntry("ref", "refs/heads/main");
        });
    }

    private static Stream<String> unusable() {
        return Stream.of(
                "<ssh-key>ssh-ed25519 AAAA</ssh-key>",
                "<ssh-key type='rsa'>x</ssh-key>",
                "<trust issuer='http://x.org' audience='a'><claim name='c' equals='d'/></trust>",
                "<trust issuer='https://x.org'><claim name='c' equals='d'/></trust>",
                "<trust issuer='https://x.org' audience='a'/>",
                "<trust issuer='https://x.org' audience='a'><claim name='iss' equals='d'/></trust>",
                "<trust issuer='https://x.org' audience='a'><claim name='c'/></trust>",
                "<trust issuer='https://x.org' audience='a'><claim name='c' matches='d'/></trust>",
                "<trust issuer='https://x.org' audience='a'><token/></trust>");
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void shouldRefuseInvalidSshKeysAndTrustRules(String element) {
        assertThatThrownBy(() -> Samples.read(Samples.users("<user name='u'>" + element + "</user>")))
                .isInstanceOf(InvalidUsersException.class);
    }

    @ParameterizedTest
    @MethodSource("unusable")
    void shouldLeaveOutInvalidSshKeysAndTrustRulesOfAnAcceptedFile(String element) throws Exception {
        List<String> unusable = new ArrayList<>();

        Users users = UsersReader.readAccepted(
                Samples.users("<user name='u'>" + element + "<curve-key>" + Samples.KEY + "</curve-key></user>"
                                + "<user name='v'><allow publish='v.'/></user>")
                        .getBytes(StandardCharsets.UTF_8),
                unusable::add);

        StoredUser user = users.named("u").orElseThrow();
        assertThat(user.credentials()).singleElement().matches(key -> key.kind() == Kind.CURVE_KEY);
        assertThat(user.trustRules()).isEmpty();
        assertThat(users.named("v").orElseThrow().user().grants()).hasSize(1);
        assertThat(unusable).singleElement().asString().startsWith("user u, line 3: ");
    }

    @Test
    void shouldLeaveOutSshKeysOfAnAcceptedFileThatTwoUsersShare() throws Exception {
        List<String> unusable = new ArrayList<>();
        String key = "<ssh-key>" + SSH_KEY + "</ssh-key>";
        String text = Samples.users("<user name='anonymous'>" + key + "</user>\n<user name='u'>" + key
                + "</user>\n<user name='v'>" + key + "</user>");

        Users users = UsersReader.readAccepted(text.getBytes(StandardCharsets.UTF_8), unusable::add);

        assertThat(users.named("u").orElseThrow().credentials()).hasSize(1);
        assertThat(users.named("v").orElseThrow().credentials()).isEmpty();
        assertThat(unusable).hasSize(2);
    }

    @Test
    void shouldRefuseAnAcceptedFileThatIsInvalidOtherwise() {
        for (String content : List.of("<user name='u'><trust><</trust></user>", "<user name='u'><key/></user>")) {
            byte[] bytes = Samples.users(content).getBytes(StandardCharsets.UTF_8);
            assertThatThrownBy(() -> UsersReader.readAccepted(bytes, unusable -> {}))
                    .isInstanceOf(InvalidUsersException.class);
        }
    }
}
