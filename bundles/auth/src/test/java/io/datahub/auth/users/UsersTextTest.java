package io.datahub.auth.users;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.auth.Samples;
import io.datahub.auth.users.StoredCredential.Kind;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UsersTextTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
    private static final String TOKEN = "<token sha256=\"HASH\" label=\"l\" created=\"2026-11-23T10:00:00Z\"/>";

    private static StoredCredential token(String label, Optional<Instant> expires) {
        return new StoredCredential(Kind.TOKEN, "HASH", label, Optional.of(NOW), expires);
    }

    private static String edited(String text, int place) throws InvalidUsersException {
        return edited(text, place, "l", StandardCharsets.UTF_8);
    }

    private static String edited(String text, int place, String label, Charset charset) throws InvalidUsersException {
        byte[] bytes = new UsersText(text.getBytes(charset)).withToken(place, token(label, Optional.empty()));
        return new String(bytes, charset);
    }

    @Test
    void shouldInsertTheTokenAfterTheLastOne() throws Exception {
        String text = """
                <?xml version="1.0"?>
                <!-- <user name="u"> -->
                <broker-users>
                  <user name="other"/>
                  <user name="u" roles="a>b">
                    <!-- <token/> -->
                    <token sha256="1"/>
                    <token sha256="2"
                       label='>'></token> <!-- mine -->
                    <allow read=""/>
                  </user>
                </broker-users>
                """;

        assertThat(edited(text, 1)).isEqualTo(text.replace("></token> <!--", "></token>\n    " + TOKEN + " <!--"));
    }

    @Test
    void shouldInsertTheFirstTokenAfterTheStartOfTheUser() throws Exception {
        String text = "<b>\n\t<user name='u'>\n\t\t<allow/>\n\t</user>\n</b>";

        assertThat(edited(text, 0))
                .isEqualTo("<b>\n\t<user name='u'>\n\t  " + TOKEN + "\n\t\t<allow/>\n\t</user>\n</b>");
    }

    @Test
    void shouldExpandAnEmptyUserElement() throws Exception {
        assertThat(edited("<b>\r\n  <user name='u' />\r\n</b>", 0))
                .isEqualTo("<b>\r\n  <user name='u'>\r\n    " + TOKEN + "\r\n  </user>\r\n</b>");
    }

    @Test
    void shouldKeepAllInOneLineWhereItIs() throws Exception {
        assertThat(edited("<b><user name='u'/><user name='v'/></b>", 1))
                .isEqualTo("<b><user name='u'/><user name='v'>" + TOKEN + "</user></b>");
    }

    @Test
    void shouldUseThePrefixOfTheUser() throws Exception {
        assertThat(edited("<x:b xmlns:x='urn:x'><x:user name='u'/></x:b>", 0)).contains("<x:token ");
    }

    @Test
    void shouldNotCountOtherElementsAsUsers() throws Exception {
        String text = "<b><![CDATA[<user/>]]><?pi <user/>?><role><user/></role><user name='u'/></b>";

        assertThat(edited(text, 0)).contains("<role><user/></role><user name='u'>" + TOKEN);
    }

    @Test
    void shouldEscapeTheLabelAndWhatTheEncodingLacks() throws Exception {
        String text = "<?xml version='1.0' encoding='ISO-8859-1'?><b><!-- \u00fc --><user/></b>";

        assertThat(edited(text, 0, "<\u00fc&\"\u20ac>", StandardCharsets.ISO_8859_1))
                .contains("<!-- \u00fc -->")
                .contains("label=\"&#60;\u00fc&#38;&#34;&#8364;&#62;\"");
    }

    @Test
    void shouldKeepUtf16AndItsByteOrderMark() throws Exception {
        assertThat(edited("\ufeff<b><user/></b>", 0, "l", StandardCharsets.UTF_16LE))
                .isEqualTo("\ufeff<b><user>" + TOKEN + "</user></b>");
        assertThat(edited("\ufeff<b><user/></b>", 0)).isEqualTo("\ufeff<b><user>" + TOKEN + "</user></b>");
    }

    @Test
    void shouldWriteTheExpiry() throws Exception {
        byte[] bytes = new UsersText("<b><user/></b>".getBytes(StandardCharsets.UTF_8))
                .withToken(0, token("", Optional.of(Instant.parse("2027-01-01T00:00:00Z"))));

        assertThat(new String(bytes, StandardCharsets.UTF_8))
                .contains("created=\"2026-11-23T10:00:00Z\" expires=\"2027-01-01T00:00:00Z\"/>")
                .doesNotContain("label");
    }

    private static final String TOKENS = """
            <b>
              <user name='a'><token sha256='0'/></user>
              <user name="u">
                <token sha256="1" label='a "b" expires="c"'/>
                <!-- second -->
                <token sha256="2"
                   expires = '2026-01-01T00:00:00Z'>
                </token>
                <allow read=""/> <token sha256="3" ></token> <!-- mine -->
              </user>
            </b>
            """;

    private static UsersText tokens() throws InvalidUsersException {
        return new UsersText(TOKENS.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    @Test
    void shouldRemoveATokenWithItsOtherwiseEmptyLine() throws Exception {
        assertThat(text(tokens().withoutToken(1, 0)))
                .isEqualTo(TOKENS.replace("    <token sha256=\"1\" label='a \"b\" expires=\"c\"'/>\n", ""));
        assertThat(text(tokens().withoutToken(1, 1)))
                .isEqualTo(TOKENS.replace(
                        "    <token sha256=\"2\"\n       expires = '2026-01-01T00:00:00Z'>\n    </token>\n", ""));
    }

    @Test
    void shouldKeepTheRestOfALineWhenRemovingAToken() throws Exception {
        assertThat(text(tokens().withoutToken(1, 2))).isEqualTo(TOKENS.replace("<token sha256=\"3\" ></token>", ""));
        assertThat(text(tokens().withoutToken(0, 0))).isEqualTo(TOKENS.replace("<token sha256='0'/>", ""));
    }

    @Test
    void shouldChangeTheExpiryOfAToken() throws Exception {
        Instant end = Instant.parse("2027-01-01T00:00:00Z");

        assertThat(text(tokens().withTokenUntil(1, 1, end)))
                .isEqualTo(TOKENS.replace("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"));
        assertThat(text(tokens().withTokenUntil(1, 0, end)))
                .isEqualTo(TOKENS.replace("\"c\"'/>", "\"c\"' expires=\"2027-01-01T00:00:00Z\"/>"));
        assertThat(text(tokens().withTokenUntil(1, 2, end)))
                .isEqualTo(TOKENS.replace("\"3\" >", "\"3\" expires=\"2027-01-01T00:00:00Z\" >"));
    }

    @Test
    void shouldReplaceParentsOfTokensAndKeepTheRest() throws Exception {
        String text = """
                <broker-users xmlns='urn:datahub:broker-users:1'>
                 <user name='a'><!-- parent='aa' -->
                  <token sha256='aa' parent='AA'/>
                  <token parent="bb" label='aa' sha256='cc'></token>
                 </user>
                 <user name='b'><token sha256='dd' parent='aa'/></user>
                </broker-users>
                """;

        byte[] changed =
                new UsersText(text.getBytes(StandardCharsets.UTF_8)).withParents(Map.of("aa", "11", "zz", "22"));

        assertThat(new String(changed, StandardCharsets.UTF_8))
                .isEqualTo(text.replace("parent='AA'/>", "parent='11'/>").replace("parent='aa'/>", "parent='11'/>"));
    }

    @Test
    void shouldLeaveSshKeysAndTrustRulesAsTheyAre() throws Exception {
        String text = Samples.users("""
                <user name='ci'  roles = "" >
                  <!-- keys -->
                  <ssh-key label='laptop'>
                     ssh-ed25519  AAAAC3NzaC1lZDI1NTE5AAAAIIp2EhLkZ3iPpT81j7zDExxsOH5k3SR96uIorJrqiK57 me &amp; you
                  </ssh-key><trust issuer="https://x.org" audience='datahub'
                     jwks="k.json"><!-- the app --><claim equals="acme/app" name="repository" /></trust>
                  <allow read=''/>
                </user>""");
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);

        TokenEdit add = new TokenEdit(UsersReader.read(bytes), "ci", bytes);
        StoredCredential added = add.add(new StoredCredential(
                Kind.TOKEN, "ab".repeat(32), "", Optional.of(NOW), Optional.empty(), Optional.of("cd".repeat(32))));
        String with = new String(add.bytes(), StandardCharsets.UTF_8);

        String line = "<token sha256=\"" + "ab".repeat(32) + "\" created=\"2026-11-23T10:00:00Z\" parent=\""
                + "cd".repeat(32) + "\"/>";
        assertThat(with).contains(line);
        assertThat(with.replaceFirst("\\R *" + line, "")).isEqualTo(text);
        TokenEdit remove = new TokenEdit(UsersReader.read(add.bytes()), "ci", add.bytes());
        remove.remove(added);
        assertThat(remove.bytes()).isEqualTo(bytes);
        TokenEdit all = new TokenEdit(UsersReader.read(bytes), "ci", bytes);
        assertThat(all.removeAll()).extracting(StoredCredential::kind).containsExactly(Kind.SSH_KEY);
        assertThat(new String(all.bytes(), StandardCharsets.UTF_8))
                .doesNotContain("<ssh-key", "<trust", "<claim")
                .contains("<!-- keys -->", "<allow read=''/>");
    }
}
