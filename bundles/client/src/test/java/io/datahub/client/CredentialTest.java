package io.datahub.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class CredentialTest {

    private final CurveKeys keys = CurveKeys.generate();

    @Test
    void shouldDeriveThePublicKeyOfASecretOne() {
        assertThat(CurveKeys.ofSecret(keys.secretKey())).isEqualTo(keys);
    }

    @Test
    void shouldGenerateADifferentPairEachTime() {
        assertThat(CurveKeys.generate()).isNotEqualTo(keys);
    }

    @Test
    void shouldNotRevealSecrets() {
        assertThat(keys.toString()).doesNotContain(keys.secretKey());
        assertThat(new Credential.Curve(keys, keys.publicKey()).toString()).doesNotContain(keys.secretKey());
        assertThat(new Credential.Token("ci", "dh_secret").toString()).isEqualTo("ci");
    }

    @Test
    void shouldEscapeTheKeyForTheUsersFile() {
        CurveKeys awkward = new CurveKeys("<&>", "");

        assertThat(awkward.usersFileLine()).isEqualTo("<curve-key>&lt;&amp;&gt;</curve-key>");
    }

    @Test
    void shouldRefuseAnInvalidKeyWithoutRepeatingIt() {
        String wrong = keys.secretKey().substring(0, 39) + '~';
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CurveKeys.ofSecret(wrong))
                .withMessageContaining("the secret key")
                .withMessageNotContaining(wrong);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Credential.Curve(keys, "short"))
                .withMessageContaining("the hub's key isn't 40 characters");
    }

    @Test
    void shouldRefuseNamesAndTokensThatPlainDoesNotSupport() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Credential.Token("", "x"))
                .withMessageContaining("the user's name must have 1 to 255 bytes, but has 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Credential.Token("ci", "ü".repeat(128)))
                .withMessageContaining("the token must have 1 to 255 bytes, but has 256");
    }
}
