package io.datahub.store.metadata;

import static io.datahub.store.TestHub.user;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Action;
import io.datahub.api.user.User;
import io.datahub.store.TestHub;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {

    @TempDir
    Path folder;

    @RegisterExtension
    final TestHub hub = TestHub.in(() -> folder);

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    @Test
    void shouldReturnTheAnnouncedChanges() throws Exception {
        hub.register("v", "1.0.0", "a", candidate -> io.datahub.api.validation.Verdict.accept());
        hub.put("a", "x");
        hub.put("quote\"und Umlaut ü", "x");
        hub.delete("a");
        hub.restart();

        List<Change> changes =
                hub.journal.read(User.HUB, Cursor.BEGINNING, "", 100).get().changes();
        assertThat(changes).isEqualTo(List.copyOf(hub.announced));
    }

    @Test
    void shouldReadPageByPage() throws Exception {
        for (int i = 0; i < 10; i++) {
            hub.put("f" + i % 2 + "/x", "x" + i);
        }
        ChangeJournal.Page first =
                hub.journal.read(User.HUB, Cursor.BEGINNING, "f0/", 3).get();
        ChangeJournal.Page second =
                hub.journal.read(User.HUB, first.next(), "f0/", 3).get();

        assertThat(first.changes())
                .extracting(change -> change.cursor().sequence())
                .containsExactly(1L, 3L, 5L);
        assertThat(second.changes())
                .extracting(change -> change.cursor().sequence())
                .containsExactly(7L, 9L);
        assertThat(second.next()).isEqualTo(hub.journal.head());
        assertThat(hub.journal.read(User.HUB, second.next(), "", 3).get().changes())
                .isEmpty();
    }

    @Test
    void shouldOmitChangesThatTheUserMayNotRead() throws Exception {
        hub.register("users", "1.0.0", "broker_users.xml", candidate -> io.datahub.api.validation.Verdict.accept());
        hub.put("broker_users.xml", "<x/>");
        hub.put("open/a", "x");
        hub.put("secret/a", "x");

        assertThat(hub.journal
                        .read(user("r", Action.READ, "open/"), Cursor.BEGINNING, "", 10)
                        .get()
                        .changes())
                .extracting(Change::topic)
                .containsExactly("file.created/open/a");
        assertThat(hub.journal
                        .read(user("all", Action.READ, ""), Cursor.BEGINNING, "", 10)
                        .get()
                        .changes())
                .hasSize(2);
    }

    @Test
    void shouldRefuseAnUnknownCursorAsGone() throws Exception {
        hub.put("a", "x");
        Cursor head = hub.journal.head();

        assertThat(reason(hub.journal.read(User.HUB, new Cursor("other", 0), "", 10)))
                .isEqualTo(Reason.GONE);
        assertThat(reason(hub.journal.read(User.HUB, new Cursor(head.epoch(), 2), "", 10)))
                .isEqualTo(Reason.GONE);
        assertThat(hub.journal
                        .read(User.HUB, new Cursor(head.epoch(), 0), "", 10)
                        .get()
                        .changes())
                .hasSize(1);
    }

    @Test
    void shouldTrimTheOldestEntriesBySizeAndReportTheOldestCursor() throws Exception {
        hub.configure("maxJournalBytes", 2_000L);
        for (int i = 0; i < 20; i++) {
            hub.put("a", "x" + i);
        }
        Cursor trimmedCursor = new Cursor(hub.journal.head().epoch(), 1);
        await().until(() -> hub.journal.read(User.HUB, trimmedCursor, "", 10).isRefused());
        Refusal refusal =
                hub.journal.read(User.HUB, trimmedCursor, "", 10).refusal().orElseThrow();
        String oldest = refusal.detail().substring(refusal.detail().lastIndexOf(' ') + 1);

        assertThat(refusal.reason()).isEqualTo(Reason.GONE);
        ChangeJournal.Page remaining =
                hub.journal.read(User.HUB, Cursor.parse(oldest).get(), "", 100).get();
        assertThat(remaining.changes()).isNotEmpty();
        assertThat(remaining)
                .isEqualTo(hub.journal.read(User.HUB, Cursor.BEGINNING, "", 100).get());
        hub.restart();
        assertThat(hub.journal.head().sequence()).isEqualTo(20);
    }

    @Test
    void shouldTrimAllEntriesByAgeAndContinueTheSequence() throws Exception {
        hub.put("a", "x");
        hub.configure("keepJournal", Duration.ZERO);
        await().until(() -> hub.journaled().isEmpty());
        hub.restart();
        hub.settings = TestHub.SETTINGS;

        assertThat(hub.journal.head().sequence()).isEqualTo(1);
        assertThat(reason(
                        hub.journal.read(User.HUB, new Cursor(hub.journal.head().epoch(), 0), "", 1)))
                .isEqualTo(Reason.GONE);
        assertThat(hub.journal.read(User.HUB, hub.journal.head(), "", 1).isRefused())
                .isFalse();
        assertThat(hub.put("a", "y").get().cursor().sequence()).isEqualTo(2);
    }
}
