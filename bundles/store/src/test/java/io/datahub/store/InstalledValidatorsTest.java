package io.datahub.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblem.InEffect;
import io.datahub.api.validation.Validator;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

class InstalledValidatorsTest {

    @SuppressWarnings("unchecked")
    private static ServiceReference<Validator> validator(String name, String version, int ranking, long id) {
        Bundle bundle = (Bundle) Proxy.newProxyInstance(
                Bundle.class.getClassLoader(),
                new Class<?>[] {Bundle.class},
                (self, method, arguments) ->
                        method.getName().equals("getVersion") ? Version.parseVersion(version) : "bundle");
        Map<String, Object> properties =
                Map.of("name", name, "service.ranking", ranking, "service.id", id, "paths", "**");
        return (ServiceReference<Validator>) Proxy.newProxyInstance(
                ServiceReference.class.getClassLoader(),
                new Class<?>[] {ServiceReference.class},
                (self, method, arguments) ->
                        method.getName().equals("getBundle") ? bundle : properties.get(arguments[0]));
    }

    private static List<String> states(Set<String> trial, List<ServiceReference<Validator>> services) {
        return InstalledValidators.ranked(services, trial).stream()
                .map(status -> status.id() + " #"
                        + status.service().orElseThrow().getProperty("service.id") + " " + status.state())
                .toList();
    }

    @Test
    void shouldCompareVersionsNumerically() {
        assertThat(states(
                        Set.of(),
                        List.of(
                                validator("xml", "1.9.0", 9, 1),
                                validator("xml", "1.10.0", 0, 2),
                                validator("abc", "1.0.0", 0, 3))))
                .containsExactly("abc/1.0.0 #3 active", "xml/1.10.0 #2 active", "xml/1.9.0 #1 shadowed");
    }

    @Test
    void shouldPreferTheHigherRankingThenTheOlderServiceForEqualVersions() {
        assertThat(states(
                        Set.of(),
                        List.of(
                                validator("xml", "1.0.0", 0, 1),
                                validator("xml", "1.0.0", 5, 3),
                                validator("xml", "1.0.0", 5, 2))))
                .containsExactly("xml/1.0.0 #2 active", "xml/1.0.0 #3 shadowed", "xml/1.0.0 #1 shadowed");
    }

    @Test
    void shouldActivateTheOlderVersionWhileTheNewerIsOnTrial() {
        assertThat(states(
                        Set.of("xml/2.0.0", "abc"),
                        List.of(
                                validator("xml", "1.0.0", 0, 1),
                                validator("xml", "2.0.0", 0, 2),
                                validator("abc", "1.0.0", 0, 3))))
                .containsExactly("abc/1.0.0 #3 trial", "xml/2.0.0 #2 trial", "xml/1.0.0 #1 active");
    }

    @Test
    void shouldTellTheProblemsOfAConfigurationFileFromThoseOfOthers() {
        String pid = "io.datahub.validator.policy~small";
        ConfigurationProblem other = problem("io.datahub.validator.policy~smaller", InEffect.NOTHING);
        ConfigurationProblem warning = problem(pid, InEffect.CURRENT_VERSION);
        ConfigurationProblem fatal = problem(pid, InEffect.NOTHING);

        List<ConfigurationProblem> problems = List.of(other, warning, fatal);

        assertThat(InstalledValidators.text(problems, pid, problem -> true)).contains(warning + "; " + fatal);
        assertThat(InstalledValidators.text(problems, pid, InstalledValidators::hasNoEffect))
                .contains(fatal.toString());
        assertThat(InstalledValidators.text(List.of(other, warning), pid, InstalledValidators::hasNoEffect))
                .isEmpty();
    }

    private static ConfigurationProblem problem(String pid, InEffect inEffect) {
        return new ConfigurationProblem(
                pid, "etc/" + pid.replace('~', '-') + ".cfg", "maxBytes", inEffect + " is the effect", inEffect);
    }

    @Test
    void shouldShowTheMessageOfTheInnermostException() {
        assertThat(ActivationFailures.message(
                        "java.lang.IllegalArgumentException: paths is missing\n\tat a.B.c(B.java:1)"))
                .isEqualTo("paths is missing");
        assertThat(
                        ActivationFailures.message(
                                "java.lang.reflect.InvocationTargetException\n\tat x\nCaused by: java.io.IOException: no room\n\tat y"))
                .isEqualTo("no room");
        assertThat(ActivationFailures.message("java.lang.NullPointerException\n\tat x"))
                .isEqualTo("java.lang.NullPointerException");
    }
}
