package io.datahub.validators.users;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import io.datahub.validators.support.StagedBytes;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsersValidatorTest {

    private static final String A = "a".repeat(64);
    private static final String B = "b".repeat(64);
    private static final String ADMIN = "<user name='root' roles='admin'><token sha256='" + A + "'/></user>";
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    private static final String SSH_KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIp2EhLkZ3iPpT81j7zDExxsOH5k3SR96uIorJrqiK57" + " jenkins@build-7";
    private static final String TRUST = "<trust issuer='https://ci.example.org' audience='datahub'>"
            + "<claim name='repository' equals='acme/app'/></trust>";

    private final UsersValidator validator = new UsersValidator(Clock.fixed(NOW, ZoneOffset.UTC));

    private Verdict validate(String content) throws Exception {
        return validateText("<broker-users xmlns='urn:datahub:broker-users:1'>\n" + content + "\n</broker-users>");
    }

    private Verdict validateText(String text) throws Exception {
        return validator.validate(StagedBytes.of(text));
    }

    private Violation onlyViolation(String content) throws Exception {
        Verdict verdict = validate(content);
        assertThat(verdict.violations()).as("violations").hasSize(1);
        return verdict.violations().get(0);
    }

    /** Validates content with the given line as line 2 and an administrator as line 3. */
    private Violation violationInLineTwo(String line) throws Exception {
        Violation violation = onlyViolation(line + "\n" + ADMIN);
        assertThat(violation.line()).isEqualTo(2);
        assertThat(violation.column()).isPositive();
        return violation;
    }

    @Test
    void shouldAcceptAllElementsAndAttributes() throws Exception {
        Verdict verdict = validateText("""
                <?xml version="1.0" encoding="UTF-8"?>
                <!-- who may do what -->
                <u:broker-users xmlns:u="urn:datahub:broker-users:1"
                    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
                    xsi:schemaLocation="urn:datahub:broker-users:1 http://localhost:8480/schemas/broker-users-1.xsd">
                  <u:user name="jenkins" roles="ci monitor" disabled="false">
                    <u:token sha256="%s" label="agent-1" created="2026-11-23T10:00:00Z" expires="2027-11-23T00:00:00.5+01:00"/>
                    <u:curve-key>
                      rq:rM&gt;}U?@Lns47E1%%kR.o@n%%FcmmsL/@{H8]yf7
                    </u:curve-key>
                    <u:certificate sha256="%s"/>
                    <u:ssh-key label="laptop">
                      ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIp2EhLkZ3iPpT81j7zDExxsOH5k3SR96uIorJrqiK57 jenkins@build-7
                    </u:ssh-key>
                    <u:trust issuer="https://ci.example.org/oidc" audience="datahub" jwks="ci.jwks.json">
                      <u:claim name="repository" equals="acme/app"/>
                      <u:claim name="ref" equals="refs/heads/main"/>
                    </u:trust>
                    <u:allow write="reports/{user}/" read=""/>
                  </u:user>
                  <u:user name="ops@example.org" roles="admin"><u:token sha256="%s"/></u:user>
                  <u:user name="anonymous"><u:allow subscribe="public."/></u:user>
                  <u:role name="ci">
                    <u:allow publish="build." subscribe=""/>
                    <u:allow read="builds/" create="builds/{user}/" write="one/file.txt"/>
                  </u:role>
                </u:broker-users>
                """.formatted(A, B, B));

        assertThat(verdict.violations()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "<user name=''/>                                          | needs a name",
                "<user name='a b'/>                                       | needs a name",
                "<user name='-a'/>                                        | needs a name",
                "<user/>                                                  | needs a name",
                "<role name='a/b'/>                                       | needs a name",
                "<user name='u' disabled='yes'/>                          | disabled is true or false",
                "<user name='u' roles='nurse'/>                           | role nurse, which is not defined",
                "<role name='admin'/>                                     | role admin is built in",
                "<role name='monitor'><allow read=''/></role>             | role monitor is built in",
                "<user name='u'><token sha256='12'/></user>               | 64 hexadecimal digits",
                "<user name='u'><token/></user>                           | 64 hexadecimal digits",
                "<user name='u'><certificate sha256='xyz'/></user>        | 64 hexadecimal digits",
                "<user name='u'><curve-key>short</curve-key></user>       | 40 characters of Z85",
                "<user name='u'><allow read='/etc/'/></user>              | empty segment",
                "<user name='u'><allow write='a/../b'/></user>            | segment . or ..",
                "<user name='u'><allow create='a//'/></user>              | empty segment",
                "<user name='u'><allow read='/'/></user>                  | nothing for everything",
                "<user name='anonymous' roles='admin'/>                   | can't be an administrator",
                "<user name='u'><allow destroy='x'/></user>               | 'destroy' is not allowed",
                "<user name='u'><password>x</password></user>             | password",
                "<user name='u'>text</user>                               | element-only",
                "<group name='u'/>                                        | group",
            })
    void shouldReportTheLineAndTheBrokenRule(String line, String message) throws Exception {
        assertThat(violationInLineTwo(line).message()).contains(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "<ssh-key>short</ssh-key>                                            | is one line",
                "<ssh-key>ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIIp2EhLkZ3iPpT81j7zDExxsOH5k3SR96uIorJrqiK57</ssh-key> | not that of the key",
                "<ssh-key>ssh-ed25519 AAAAC3NzaC1lZDI1NTE5</ssh-key>                 | truncated",
                "<ssh-key>ssh-foo AAAAB3NzaC1mb28=</ssh-key>                         | type of the SSH key is not accepted",
                "<trust issuer='http://x.org' audience='a'><claim name='c' equals='d'/></trust> | begins with https://",
                "<trust issuer='https://x.org' audience=' '><claim name='c' equals='d'/></trust> | needs an audience",
                "<trust issuer='https://x.org' audience='a'><claim name='iss' equals='d'/></trust> | other than iss and aud",
                "<trust issuer='https://x.org' audience='a'><claim name='c' equals=''/></trust> | the value that it equals",
                "<trust issuer='https://x.org' audience='a' jwks='../k'><claim name='c' equals='d'/></trust> | jwks is a URL",
                "<trust issuer='https://x.org' audience='a'><claim name='c' equals='d'/><claim name='c' equals='e'/></trust> | is there twice",
            })
    void shouldSayWhatIsWrongWithASshKeyOrTrustRule(String element, String message) throws Exception {
        assertThat(violationInLineTwo("<user name='u'>" + element + "</user>").message())
                .contains(message);
    }

    @Test
    void shouldRequireAnAudienceAndAClaim() throws Exception {
        for (String trust : new String[] {
            "<trust issuer='https://x.org'><claim name='c' equals='d'/></trust>",
            "<trust issuer='https://x.org' audience='a'/>"
        }) {
            assertThat(validate("<user name='u'>" + trust + "</user>\n" + ADMIN).violations())
                    .isNotEmpty();
        }
    }

    @Test
    void shouldRefuseAClaimElsewhere() throws Exception {
        assertThat(validate("<user name='u'><claim name='c' equals='d'/></user>\n" + ADMIN)
                        .violations())
                .isNotEmpty();
    }

    @Test
    void shouldRefuseTheSshKeyOrTrustRuleOfAnotherUser() throws Exception {
        for (String element : new String[] {
            "<ssh-key label='one'>" + SSH_KEY + "</ssh-key>|<ssh-key>" + SSH_KEY.replace("jenkins", "other")
                    + "</ssh-key>",
            TRUST + "|" + TRUST.replace("audience", "jwks='keys' audience")
        }) {
            String[] both = element.split("\\|", 2);
            Violation violation = onlyViolation(
                    "<user name='a'>" + both[0] + "</user>\n<user name='b'>" + both[1] + "</user>\n" + ADMIN);
            assertThat(violation.line()).isEqualTo(3);
            assertThat(violation.message()).contains("is in line 2 already");
        }
    }

    @Test
    void shouldNotCountSshKeysOrTrustRulesForTheAdministrator() throws Exception {
        assertThat(onlyViolation("<user name='root' roles='admin'><ssh-key>" + SSH_KEY + "</ssh-key>" + TRUST
                                + "</user>")
                        .message())
                .contains("no administrator could log in tomorrow");
    }

    @Test
    void shouldRefuseSshKeysAndTrustRulesOfAnonymous() throws Exception {
        for (String element : new String[] {"<ssh-key>" + SSH_KEY + "</ssh-key>", TRUST}) {
            assertThat(violationInLineTwo("<user name='anonymous'>" + element + "</user>")
                            .message())
                    .contains("has no credentials");
        }
    }

    @Test
    void shouldRefuseACurveKeyThatIsNotZ85() throws Exception {
        assertThat(violationInLineTwo("<user name='u'><curve-key>" + "~".repeat(40) + "</curve-key></user>")
                        .message())
                .contains("Z85");
        assertThat(violationInLineTwo("<user name='u'><curve-key>" + "#".repeat(40) + "</curve-key></user>")
                        .message())
                .contains("Z85");
    }

    @Test
    void shouldRefuseATimeWithoutZone() throws Exception {
        Violation violation =
                violationInLineTwo("<user name='u'><token sha256='" + B + "' expires='2027-11-23T00:00:00'/></user>");

        assertThat(violation.message()).startsWith("expires").contains("with a zone");
        assertThat(violationInLineTwo("<user name='u'><token sha256='" + B + "' created='yesterday'/></user>")
                        .message())
                .startsWith("created");
    }

    @Test
    void shouldCountTheCodePointsOfALabel() throws Exception {
        String token = "<user name='u'><token sha256='" + B + "' label='LABEL'/></user>";

        assertThat(validate(ADMIN + token.replace("LABEL", "\ud83d\ude00".repeat(100)))
                        .violations())
                .isEmpty();
        assertThat(violationInLineTwo(token.replace("LABEL", "\ud83d\ude00".repeat(101)))
                        .message())
                .contains("at most 100 characters");
    }

    @Test
    void shouldRefuseAnyCredentialOfAnonymous() throws Exception {
        for (String credential : new String[] {
            "<token sha256='" + B + "'/>",
            "<certificate sha256='" + B + "'/>",
            "<curve-key>rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7</curve-key>"
        }) {
            assertThat(violationInLineTwo("<user name='anonymous'>" + credential + "</user>")
                            .message())
                    .contains("has no credentials");
        }
    }

    @Test
    void shouldRefuseASecondUserOfTheSameName() throws Exception {
        Violation violation = onlyViolation(ADMIN + "\n<user name='root'/>");

        assertThat(violation.line()).isEqualTo(3);
        assertThat(violation.message()).contains("the user root is in line 2 already");
    }

    @Test
    void shouldRefuseASecondRoleOfTheSameName() throws Exception {
        assertThat(onlyViolation(ADMIN + "\n<role name='ci'/>\n<role name='ci'/>")
                        .message())
                .contains("the role ci is in line 3 already");
    }

    @Test
    void shouldRefuseATokenThatTwoUsersShareWhateverItsCase() throws Exception {
        Violation violation =
                onlyViolation(ADMIN + "\n<user name='u'><token sha256='" + A.toUpperCase(Locale.ROOT) + "'/></user>");

        assertThat(violation.message()).contains("this token is in line 2 already");
    }

    @Test
    void shouldRefuseACertificateOrKeyThatTwoUsersShare() throws Exception {
        String key = "<curve-key>rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7</curve-key>";
        String certificate = "<certificate sha256='" + A + "'/>";
        for (String credential : new String[] {key, certificate}) {
            assertThat(onlyViolation(ADMIN + "\n<user name='u'>" + credential + "</user>\n<user name='v'>" + credential
                                    + "</user>")
                            .message())
                    .contains("is in line 3 already");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "<user name='root' roles='admin'/>",
        "<user name='root' roles='admin' disabled='true'><token sha256='HASH'/></user>",
        "<user name='root' roles='admin' disabled='1'><token sha256='HASH'/></user>",
        "<user name='root' roles='monitor'><token sha256='HASH'/></user>",
        "<user name='root' roles='admin'><token sha256='HASH' expires='2026-11-23T09:00:00Z'/></user>",
        "<user name='root' roles='admin'><token sha256='HASH' expires='2026-11-24T10:00:00Z'/></user>",
        "<user name='root' roles='admin'><token sha256='HASH' expires='2026-11-24T11:00:00+01:00'/></user>",
    })
    void shouldRefuseWhenNoAdministratorCouldLogInTomorrow(String user) throws Exception {
        assertThat(onlyViolation(user.replace("HASH", A)).message()).contains("no administrator could log in tomorrow");
    }

    @ParameterizedTest
    @CsvSource({
        "<user name='root' roles='admin'><token sha256='HASH' expires='2026-11-24T10:00:01Z'/></user>",
        "<user name='root' roles='other admin'><certificate sha256='HASH'/></user><role name='other'/>",
        "<user name='root' roles='admin' disabled='0'><curve-key>rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7</curve-key></user>",
    })
    void shouldAcceptAnAdministratorWithAUsableCredential(String users) throws Exception {
        assertThat(validate(users.replace("HASH", A)).violations()).isEmpty();
    }

    @Test
    void shouldAcceptAnExpiredTokenOfAnotherUser() throws Exception {
        assertThat(validate(ADMIN + "<user name='u'><token sha256='" + B + "' expires='2020-01-01T00:00:00Z'/></user>")
                        .violations())
                .isEmpty();
    }

    @Test
    void shouldReportSeveralViolationsInFileOrder() throws Exception {
        Verdict verdict = validate(ADMIN + "\n<user name='u' roles='x'/>\n<bad/>\n<user name='u'/>");

        assertThat(verdict.violations()).extracting(Violation::line).containsExactly(3, 4, 5);
    }

    @Test
    void shouldReportAtMostTwentyViolations() throws Exception {
        assertThat(validate(ADMIN + "\n<user/>".repeat(100)).violations()).hasSize(20);
    }

    @Test
    void shouldRefuseAnotherNamespace() throws Exception {
        assertThat(validateText("<broker-users>" + ADMIN + "</broker-users>").accepted())
                .isFalse();
        assertThat(validateText("<broker-users xmlns='urn:other'>" + ADMIN + "</broker-users>")
                        .accepted())
                .isFalse();
    }

    @Test
    void shouldRefuseInvalidXml() throws Exception {
        assertThat(validateText("").accepted()).isFalse();
        assertThat(validateText("not XML").violations().get(0).line()).isEqualTo(1);
        assertThat(validate(ADMIN + "<user").accepted()).isFalse();
    }

    @Test
    void shouldRefuseADoctype() throws Exception {
        Violation violation = validateText("<!DOCTYPE broker-users [<!ENTITY x 'y'>]>\n"
                        + "<broker-users xmlns='urn:datahub:broker-users:1'>" + ADMIN + "</broker-users>")
                .violations()
                .get(0);

        assertThat(violation.message()).contains("a DOCTYPE is not allowed");
    }

    @Test
    void shouldRefuseAFileThatIsTooBig() throws Exception {
        assertThat(validate(ADMIN + " ".repeat(64 << 20)).violations().get(0).message())
                .contains("at most");
    }

    @ParameterizedTest
    @CsvSource({"ci.{user}.,a,a.b", "ci.{user},a,ab", "{user}.x,a,a.x", "c.{user}-{user}.,a,a-a.b"})
    void shouldRefuseTopicsOfAUserThatContainThoseOfAnotherUser(String topic, String outer, String inner)
            throws Exception {
        Verdict verdict = validate("<user name='" + inner + "' roles='ci'/>\n<user name='" + outer
                + "' roles='ci'><allow publish='ci." + outer + "'/></user>\n<role name='ci'><allow publish='" + topic
                + "'/></role>\n" + ADMIN);

        boolean contains = topic.replace("{user}", inner).startsWith(topic.replace("{user}", outer));
        assertThat(verdict.violations()).hasSize(contains ? 1 : 0);
        if (contains) {
            assertThat(verdict.violations().get(0).line()).isEqualTo(2);
            assertThat(verdict.violations().get(0).message()).contains("the user " + outer, "the user " + inner);
        }
    }

    @Test
    void shouldDistinguishOwnTopicsFromThoseOfARole() throws Exception {
        Violation violation = violationInLineTwo("<user name='a.b'><allow subscribe='ci.{user}.'/></user>"
                + "<user name='a'><allow publish='ci.{user}.'/><allow publish='ci.{user}.own.'/></user>");

        assertThat(violation.message()).contains("ci.a.", "ci.a.b.");
        assertThat(validate(
                                "<user name='a.b' roles='ci'/><user name='a' roles='ci'/><role name='ci'><allow publish='ci/{user}/'"
                                        + "/></role>"
                                        + ADMIN)
                        .violations())
                .isEmpty();
    }

    @Test
    @Timeout(180)
    void shouldValidateAHundredThousandUsers() throws Exception {
        StringBuilder users =
                new StringBuilder("<role name='ci'><allow publish='ci/{user}/' subscribe='ci.{user}.'/></role>");
        for (int i = 0; i < 100_000; i++) {
            users.append(String.format(
                    Locale.ROOT,
                    "<user name='user-%d' roles='ci'><token sha256='%064x' created='2026-11-23T10:00:00Z' label='agent'/></user>%n",
                    i,
                    i));
        }

        assertThat(validate(users + ADMIN).violations()).isEmpty();
    }
}
