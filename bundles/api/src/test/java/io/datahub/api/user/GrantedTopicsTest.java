package io.datahub.api.user;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GrantedTopicsTest {

    private static User user(Object... grants) {
        List<Grant> all = new ArrayList<>();
        for (int i = 0; i < grants.length; i += 2) {
            all.add(new Grant((Action) grants[i], (String) grants[i + 1], "user u"));
        }
        return new User("u", Set.of(), all);
    }

    @Test
    void shouldCutASubscriptionDownToWhatIsGranted() {
        User user = user(Action.SUBSCRIBE, "build.a", Action.SUBSCRIBE, "test.", Action.PUBLISH, "deploy.");
        assertThat(GrantedTopics.of(user, List.of("build.", "test.x", "deploy.", "hub.", "file.")))
                .containsExactly("build.a", "test.x", "hub.lost");
        assertThat(GrantedTopics.of(user, List.of("", ""))).containsExactly("build.a", "test.");
        assertThat(GrantedTopics.of(user(), List.of(""))).isEmpty();
    }

    @Test
    void shouldFollowTheGrantsToReadForFileEvents() {
        User user = user(Action.READ, "builds/", Action.READ, "one.txt", Action.SUBSCRIBE, "file.");
        assertThat(GrantedTopics.of(user, List.of("file.created")))
                .containsExactly("file.created/builds/", "file.created/one.txt");
        assertThat(GrantedTopics.of(user, List.of("file.updated/builds/7/", "file.deleted/one.txt.bak", "file.x")))
                .containsExactly("file.updated/builds/7/");
        assertThat(GrantedTopics.of(user(Action.READ, ""), List.of("", "file.created/a")))
                .containsExactly("file.", "file.created/a");
    }

    @Test
    void shouldGiveAdministratorsAndMonitorsWhatIsTheirs() {
        assertThat(GrantedTopics.of(new User("a", Set.of(User.ADMIN), List.of()), List.of("", "file.", "hub.x")))
                .containsExactly("", "file.", "hub.x");
        assertThat(GrantedTopics.of(new User("m", Set.of(User.MONITOR), List.of()), List.of("", "hub.")))
                .containsExactly("hub.");
    }

    @Test
    void shouldLeaveOutWhatAnotherGrantCovers() {
        User user =
                user(Action.SUBSCRIBE, "b.c", Action.SUBSCRIBE, "b.", Action.SUBSCRIBE, "b.d", Action.SUBSCRIBE, "a");
        assertThat(GrantedTopics.of(user, List.of("", "b.x"))).containsExactly("a", "b.", "b.x");
    }

    /** Comparing each prefix with each grant would be ten billion comparisons. */
    @Test
    @Timeout(60)
    void shouldTakeManyPrefixesOfAUserWithManyGrants() {
        Object[] grants = new Object[200_000];
        List<String> prefixes = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            grants[2 * i] = Action.SUBSCRIBE;
            grants[2 * i + 1] = "topic." + i + ".";
            prefixes.add("topic." + i + ".x");
        }
        assertThat(GrantedTopics.of(user(grants), prefixes)).containsExactlyElementsOf(prefixes);
    }
}
