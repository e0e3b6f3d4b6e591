package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link ChangeJournal} must do. */
@Timeout(60)
public abstract class ChangeJournalContract {

    /** The journal, empty at first. */
    protected abstract ChangeJournal journal();

    /** Has the journal get one more entry, of a record with this path; returns when it is durable. */
    protected abstract void append(String path) throws IOException;

    /** Has the journal drop some of its oldest entries, and not the newest one. */
    protected abstract void dropOldest() throws IOException;

    private static List<String> paths(ChangeJournal.Page page) {
        return page.changes().stream().map(change -> change.path().toString()).toList();
    }

    private ChangeJournal.Page read(Cursor since, int limit) {
        return journal().read(User.HUB, since, "", limit).get();
    }

    private static Reason reason(Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    @Test
    void shouldBeEmptyAtFirst() {
        assertThat(journal().head().sequence()).isZero();
        assertThat(journal().oldest()).isEqualTo(journal().head());
        assertThat(read(Cursor.BEGINNING, 10).changes()).isEmpty();
        assertThat(read(journal().head(), 10).next()).isEqualTo(journal().head());
    }

    @Test
    void shouldNumberWithoutGapsAndReturnTheOldestFirst() throws IOException {
        append("a");
        append("b");
        append("c");

        List<Change> changes = read(Cursor.BEGINNING, 10).changes();
        assertThat(changes).extracting(change -> change.path().toString()).containsExactly("a", "b", "c");
        assertThat(changes).extracting(change -> change.cursor().sequence()).containsExactly(1L, 2L, 3L);
        assertThat(changes.get(2).cursor()).isEqualTo(journal().head());
        assertThat(journal().oldest().sequence()).isZero();
        assertThat(changes)
                .allSatisfy(change -> assertThat(change.json())
                        .contains("\"id\":\"" + change.cursor() + '"')
                        .contains("\"path\":\"" + change.path() + '"'));
    }

    @Test
    void shouldContinueFromEachCursor() throws IOException {
        for (int i = 1; i <= 7; i++) {
            append("f" + i);
        }
        List<String> found = new ArrayList<>();
        Cursor since = Cursor.BEGINNING;
        for (ChangeJournal.Page page = read(since, 3); !page.changes().isEmpty(); page = read(since, 3)) {
            assertThat(page.changes()).hasSizeLessThanOrEqualTo(3);
            found.addAll(paths(page));
            since = page.next();
        }

        assertThat(found).containsExactly("f1", "f2", "f3", "f4", "f5", "f6", "f7");
        assertThat(since).isEqualTo(journal().head());
        Change third = read(Cursor.BEGINNING, 3).changes().get(2);
        assertThat(paths(read(third.cursor(), 1))).containsExactly("f4");
        assertThat(Cursor.parse(third.cursor().toString()).get()).isEqualTo(third.cursor());
    }

    @Test
    void shouldOmitOtherPrefixesAndPathsThatTheUserMayNotRead() throws IOException {
        append("open/a");
        append("secret/a");
        append("other/a");
        append("open/b");
        User reader = new User("r", Set.of(), List.of(new Grant(Action.READ, "open/", "user r")));

        ChangeJournal.Page visible =
                journal().read(reader, Cursor.BEGINNING, "", 10).get();
        assertThat(paths(visible)).containsExactly("open/a", "open/b");
        assertThat(visible.next()).isEqualTo(journal().head());
        assertThat(paths(journal()
                        .read(User.HUB, Cursor.BEGINNING, "secret/", 10)
                        .get()))
                .containsExactly("secret/a");
        ChangeJournal.Page none =
                journal().read(reader, Cursor.BEGINNING, "secret/", 10).get();
        assertThat(none.changes()).isEmpty();
        assertThat(none.next()).isEqualTo(journal().head());
    }

    @Test
    void shouldReturnTheNewestEntriesOldestFirst() throws IOException {
        append("open/a");
        append("secret/a");
        append("open/b");
        append("open/c");
        append("secret/b");
        User reader = new User("r", Set.of(), List.of(new Grant(Action.READ, "open/", "user r")));

        ChangeJournal.Page newest = journal().newest(reader, "", 2);
        assertThat(paths(newest)).containsExactly("open/b", "open/c");
        assertThat(newest.next()).isEqualTo(journal().head());
        assertThat(paths(journal().newest(User.HUB, "secret/", 10))).containsExactly("secret/a", "secret/b");
    }

    @Test
    void shouldRefuseAnUnknownCursorAsGone() throws IOException {
        append("a");
        Cursor head = journal().head();

        assertThat(reason(journal().read(User.HUB, new Cursor("other", 0), "", 10)))
                .isEqualTo(Reason.GONE);
        Cursor ahead = new Cursor(head.epoch(), 2);
        Result<ChangeJournal.Page> page = journal().read(User.HUB, ahead, "", 10);
        assertThat(
                        page.isRefused()
                                ? reason(page) == Reason.GONE
                                : page.get().equals(new ChangeJournal.Page(List.of(), ahead)))
                .isTrue();
    }

    @Test
    void shouldRefuseADroppedEntryAsGoneAndOfferTheOldest() throws IOException {
        for (int i = 1; i <= 20; i++) {
            append("f" + i);
        }
        Cursor first = read(Cursor.BEGINNING, 1).next();
        Cursor start = new Cursor(first.epoch(), 0);
        dropOldest();

        assertThat(journal().oldest().sequence()).isBetween(1L, 19L);
        Result<ChangeJournal.Page> gone = journal().read(User.HUB, start, "", 10);
        assertThat(reason(gone)).isEqualTo(Reason.GONE);
        assertThat(gone.refusal().orElseThrow().detail())
                .contains(journal().oldest().toString());
        assertThat(read(journal().oldest(), 1).changes().get(0).cursor().sequence())
                .isEqualTo(journal().oldest().sequence() + 1);
        assertThat(read(Cursor.BEGINNING, 100)).isEqualTo(read(journal().oldest(), 100));
        assertThat(journal().head().sequence()).isEqualTo(20);
    }

    @Test
    void shouldNeverShowAnEntryAfterItsHead() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        FutureTask<Void> writer = new FutureTask<>(() -> {
            try {
                for (int i = 0; i < 100; i++) {
                    append("f" + i);
                }
            } finally {
                done.set(true);
            }
            return null;
        });
        new Thread(writer, "writer").start();
        long last = 0;
        while (!done.get()) {
            ChangeJournal.Page page = read(Cursor.BEGINNING, 1_000);
            assertThat(page.next().sequence()).isGreaterThanOrEqualTo(last);
            assertThat(page.changes()).hasSize((int) page.next().sequence());
            last = page.next().sequence();
            assertThat(journal().head().sequence()).isGreaterThanOrEqualTo(last);
        }
        writer.get();
        assertThat(journal().head().sequence()).isEqualTo(100);
    }
}
