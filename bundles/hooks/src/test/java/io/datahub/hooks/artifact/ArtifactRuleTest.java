package io.datahub.hooks.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ArtifactRuleTest {

    @Test
    void shouldNameArtifacts() {
        ArtifactRule rule = new ArtifactRule(
                "builds/{project}/{version}/*.{type}",
                "pkg:generic/{project}@{version}?checksum=sha256:{sha256}&url={url}");
        assertThat(rule.prefix()).isEqualTo("builds/");
        assertThat(rule.purl("builds/a b/1.0+x/app.tgz", "ab12", "/files/x"))
                .contains("pkg:generic/a%20b@1.0%2Bx?checksum=sha256:ab12&url=%2Ffiles%2Fx");
        for (String other :
                new String[] {"builds/a/1/app", "builds/a/app.tgz", "builds/a/1/x/app.tgz", "xbuilds/a/1/a.tgz"}) {
            assertThat(rule.purl(other, "", "")).as(other).isEmpty();
        }
    }

    @Test
    void shouldLeaveOutWhatIsUnknown() {
        ArtifactRule rule = new ArtifactRule(
                "b/{project}", "pkg:generic/{project}?checksum=sha256:{sha256}&download_url={url}&file_name={project}");
        assertThat(rule.purl("b/a", "", "/files/b/a"))
                .contains("pkg:generic/a?download_url=%2Ffiles%2Fb%2Fa&file_name=a");
        assertThat(rule.purl("b/a", "ab12", "")).contains("pkg:generic/a?checksum=sha256:ab12&file_name=a");
        assertThat(new ArtifactRule("b/{project}", "pkg:generic/{project}?checksum=sha256:{sha256}")
                        .purl("b/a", "", ""))
                .contains("pkg:generic/a");
    }

    @Test
    void shouldTakeAnythingButNamesAndAsterisksLiterally() {
        assertThat(new ArtifactRule("a.b/(c)/*", "pkg:generic/x").purl("a.b/(c)/d", "", ""))
                .isPresent();
        assertThat(new ArtifactRule("a.b/(c)/*", "pkg:generic/x").purl("aXb/(c)/d", "", ""))
                .isEmpty();
    }

    @Test
    void shouldRefuseRulesThatCannotWork() {
        for (String path : new String[] {"", "/builds/{a}", "{a}/{a}", "{sha256}/x"}) {
            assertThatThrownBy(() -> new ArtifactRule(path, "pkg:generic/x")).hasMessageContaining("path");
        }
        assertThatThrownBy(() -> new ArtifactRule("x/{a}", "pkg:generic/{b}")).hasMessageContaining("{b}");
        assertThatThrownBy(() -> new ArtifactRule("x/{a}", "{a}")).hasMessageContaining("pkg:");
    }
}
