package io.datahub.api.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SessionIdTest {

    @Test
    void shouldParseWhatItIsShownAs() {
        for (SessionId id : List.of(new SessionId(7), new SessionId("hub-b", 12))) {
            assertThat(SessionId.parse(id.toString()).get()).isEqualTo(id);
        }
        assertThat(new SessionId(7)).hasToString("7");
        assertThat(new SessionId("hub-b", 12)).hasToString("hub-b/12");
    }

    @Test
    void shouldRefuseAnythingElse() {
        for (String text : List.of("", "x", "-1", "/7", "a/b/7", "a/", "7 ", "9".repeat(19))) {
            assertThat(SessionId.parse(text).isRefused()).as(text).isTrue();
        }
    }

    @Test
    void shouldSortByHubAndThenByNumber() {
        assertThat(Stream.of("b/2", "a/11", "3", "a/2")
                        .map(text -> SessionId.parse(text).get())
                        .sorted())
                .extracting(SessionId::toString)
                .containsExactly("3", "a/2", "a/11", "b/2");
    }
}
