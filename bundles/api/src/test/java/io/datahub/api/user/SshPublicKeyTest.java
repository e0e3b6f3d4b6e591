package io.datahub.api.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.Arrays;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SshPublicKeyTest {

    /** Keys and their fingerprints as ssh-keygen writes them. */
    static Stream<Arguments> keys() {
        return Stream.of(
                arguments(
                        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIp2EhLkZ3iPpT81j7zDExxsOH5k3SR96uIorJrqiK57 jenkins@b"
                                + "uild-7",
                        "SHA256:TbHeJ+K3xosBo6bKNe4ri2aWK/hf0nr+EVIFXNdUa14"),
                arguments(
                        "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBPwumc/BRBZ2rueg9W"
                                + "EhKhhbqFBh7dnTbP2xX4OWE3MSRnA/t/sW/KbIWrS523layQ191u+OE4hgGYy+bRMIn+I= e256",
                        "SHA256:ZBDNQSwtEFDLj6Dx/mKbbqhAjKMPHDIQ6yGfsnVe7fs"),
                arguments(
                        "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBABIRJDLBHK9SCAoUW"
                                + "qOLF466+W+B+EpzL1u/pEy+Cwr+2PqbwQ32u7Ys3l/k1LcsuOn/yRn/zvIFWon091j2WMkO1yKDlNswkDpdXxq/mzi"
                                + "k4DQsIBT+sS9J9prJrz9Ng== e384",
                        "SHA256:/JBdeUCzy6kUscaSTz8pldehJ0cvk/6S1IaQp9b0wTI"),
                arguments(
                        "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBAAUkJSkkwxS0IOVEi"
                                + "LTP5vvqlKeIjcjE4MaTMwdyqNr+zmHW8PiQAG/A2WPMHOmzxEzCrag9V0oEu9/AVBtquJDOgAOII5glQ9xt7FnzCtv"
                                + "G2AqgSKUmq/SOlNUVEkMYwMVmpyINI/R/ERUHliSALvmvLYjAnMVOo1BGtK+xi60aYexcA== e521",
                        "SHA256:Yh9TGlFryGSyeQC4hgZKzq1HJ5+k0vQVq/azx+XjWIA"),
                arguments(
                        "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCwAmzDaO+fvC6eW7oBKVfEQNv//LLmZniH3DFzgDQQKo++6tgMnu"
                                + "2Ef/dX2iwO2LjdplqmOst9Kc7Wl8T2jHX3E/5i04r9vJ1XIetxEWpNLGAp0l5ZhPvrRmnCWD4TGygyBYTkUTfVySSX"
                                + "n5py/BgYWO1/4j04USts+I1ndL03Cj9WEosMtzSNYzP2Qby3t7r1zqV7kw+2Wcjxd/2xTgcBSaHNe3FDlflCrxBMwg"
                                + "xSLlv3DKE2LOGl6Elqfyu53ks7Y0hEJC8wOwC5pUx84CpRpSqY2q75Y4KAegG3XC6cFzfrFfIyfs+Vv2Ferw6wdCWu"
                                + "6aCUIvMP1taCIPElrDKJ r2048",
                        "SHA256:zS1o4879zp2Q8c+gobVSYVAzTPtvpYp/bUvbJRm4f3Q"),
                arguments(
                        "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIAABAgMEBQYHCAkKCww"
                                + "NDg8QERITFBUWFxgZGhscHR4fAAAABHNzaDo= sk",
                        "SHA256:/p0CbeE3dk2SyW1OXXsThGc12ezDVD8eGw2/vtztDfk"),
                arguments(
                        "sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAA"
                                + "IbmlzdHAyNTYAAABBBPwumc/BRBZ2rueg9WEhKhhbqFBh7dnTbP2xX4OWE3MSRnA/t/sW/KbIWrS523layQ191u+OE"
                                + "4hgGYy+bRMIn+IAAAAEc3NoOg== ske",
                        "SHA256:OhdTwndu/m++4Nb6g5norOy3H3My8XwCBDOhD5hXbDE"));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void shouldReadWhatSshKeygenWrites(String line, String fingerprint) {
        SshPublicKey key = SshPublicKey.parse("  " + line + "\n");

        assertThat(key.fingerprint()).isEqualTo(fingerprint);
        assertThat(line).startsWith(key.toString()).startsWith(key.type());
        assertThat(SshPublicKey.of(key.blob())).isEqualTo(key).hasSameHashCodeAs(key);
        assertThat(SshPublicKey.parse(key.toString())).isEqualTo(key);
    }

    @ParameterizedTest
    @MethodSource("keys")
    void shouldRefuseATruncatedOrExtendedKey(String line) {
        byte[] blob = SshPublicKey.parse(line).blob();
        for (int length = 0; length < blob.length; length++) {
            byte[] part = Arrays.copyOf(blob, length);
            assertThatThrownBy(() -> SshPublicKey.of(part)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> SshPublicKey.of(Arrays.copyOf(blob, blob.length + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldSayWhatIsWrongWithAKey() {
        String ed25519 = keys().findFirst().orElseThrow().get()[0].toString();
        String base64 = ed25519.substring("ssh-ed25519 ".length()).replaceFirst(" .*", "");
        refused("", "one line");
        refused(base64, "one line");
        refused(ed25519 + "\n" + ed25519, "one line");
        refused("ssh-rsa " + base64, "not that of the key, ssh-ed25519");
        refused("ssh-ed25519 AAAA!", "not Base64");
        refused(
                "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQCxyq1CtWvvPMlr80oZRVNNThlrgerLZ1xBHaSKw48N9GM5J29hbIVLTTCL4usZwEhzjfWXGG5277aIxhtphOlOh7uhzxHenD3JSpOqrrE3CODZT/QToNFx+/XzumNrX1KARy1szBaFFW6JXp0MQz7Ky2mhls6Bw9/TiIsDfn74aQ== r1024",
                "from 2048 to 16384 bits; this one has 1024");
        refused(
                "ssh-dss AAAAB3NzaC1kc3MAAACBAKOgehH4/MQJwTsUYVMJMy/MfGgAy4upVoIuTpCrTQi+Unzrw39XOdg3I1a1PKnwmhKKvcrzRzj00mqBFmzgW6aQ3eDeE8m7EoX66Ms1zUIqc7tTu4kfnc6yV5ip1JykghwajZR1kxKKPuo0OZcHqfZXcotKMynS8aSbWozQMguPAAAAFQC3yWUviB9VvXQEclh5B/OGdD2UDQAAAIANY+giYU/dprDYL14c9uKHB+JDm+eV2gHnQFv6xcR35j8dzuPRPxW4rxYpGnVhPh6z85p6f632anOKdjyDrBDCncQMLiEDNT63Au8HhIT9OcJx5LPOQZBYnsPBWCDT5Gx7vCvGu3FMCD5Y0+3iTMecl2vYYyG0BsE6zY+CIaw1owAAAIAqPpmqXYBTg0BV9Yem8FBLjDvJKci5ymWe6qXi/hLSRYo/X1Fa2b+YarC8b/7zllcJinfUMbspApOW88D7A/5HKXcT3ZH5LD0S2LpJLLEG1bn8CNqPSaZ1GX9BpKVpUlCxcFbaKlYsj4UbujYh9Swf3LYQk8zrAfcZNfwZzghXNw== dsa",
                "type of the SSH key is not accepted");
        refused("ssh-ed25519 " + Base64.getEncoder().encodeToString(new byte[5_000]), "at most 4096 bytes");
    }

    private static void refused(String line, String message) {
        assertThatThrownBy(() -> SshPublicKey.parse(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
