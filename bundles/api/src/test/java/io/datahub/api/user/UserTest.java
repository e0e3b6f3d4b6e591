package io.datahub.api.user;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.path.RecordPath;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class UserTest {

    private static User user(Grant... grants) {
        return new User("jenkins", Set.of("ci"), List.of(grants));
    }

    private static Grant grant(Action action, String what) {
        return new Grant(action, what, "user jenkins");
    }

    private static byte[] topic(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void shouldPublishBelowItsPrefixesOnly() {
        User user = user(grant(Action.PUBLISH, "build."));
        assertThat(user.mayPublish(topic("build.done"))).isTrue();
        assertThat(user.mayPublish(topic("build"))).isFalse();
        assertThat(user.maySubscribe(topic("build.done"))).isFalse();
    }

    @Test
    void shouldLeaveTheTopicsOfTheHubToTheHub() {
        assertThat(user(grant(Action.PUBLISH, "")).mayPublish(topic("file.created/x")))
                .isFalse();
        assertThat(User.HUB.mayPublish(topic("hub.lost"))).isFalse();
        assertThat(User.HUB.mayPublish(topic("anything"))).isTrue();
    }

    @Test
    void shouldTellATreeFromARecord() {
        User user = user(grant(Action.READ, "builds/"), grant(Action.READ, "notes.txt"));
        assertThat(user.mayRead(RecordPath.of("builds/a/b"))).isTrue();
        assertThat(user.mayRead(RecordPath.of("builds"))).isFalse();
        assertThat(user.mayRead(RecordPath.of("notes.txt"))).isTrue();
        assertThat(user.mayRead(RecordPath.of("notes.txt2"))).isFalse();
    }

    @Test
    void shouldCreateWithoutReplacingWhereOnlyCreateIsGranted() {
        User user = user(grant(Action.CREATE, "builds/"));
        assertThat(user.mayCreate(RecordPath.of("builds/a"))).isTrue();
        assertThat(user.mayWrite(RecordPath.of("builds/a"))).isFalse();
        assertThat(user(grant(Action.WRITE, "")).mayCreate(RecordPath.of("x"))).isTrue();
    }

    @Test
    void shouldKeepTheUsersFileToAdministrators() {
        User user = user(grant(Action.READ, ""), grant(Action.WRITE, ""));
        assertThat(user.mayRead(RecordPath.USERS)).isFalse();
        assertThat(user.mayWrite(RecordPath.USERS)).isFalse();
        assertThat(User.HUB.mayRead(RecordPath.USERS)).isTrue();
    }

    @Test
    void shouldEnterWhatLeadsToWhatItMayRead() {
        User user = user(grant(Action.READ, "builds/app/"), grant(Action.READ, "docs/a.txt"));
        assertThat(user.mayEnter(RecordPath.ROOT)).isTrue();
        assertThat(user.mayEnter(RecordPath.of("builds"))).isTrue();
        assertThat(user.mayEnter(RecordPath.of("builds/app"))).isTrue();
        assertThat(user.mayEnter(RecordPath.of("builds/app/1"))).isTrue();
        assertThat(user.mayEnter(RecordPath.of("docs"))).isTrue();
        assertThat(user.mayEnter(RecordPath.of("build"))).isFalse();
        assertThat(user.mayEnter(RecordPath.of("builds/other"))).isFalse();
        assertThat(user().mayEnter(RecordPath.ROOT)).isFalse();
    }
}
