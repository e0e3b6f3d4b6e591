package io.datahub.test.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.event.EventRun;
import io.datahub.api.history.EventHistory;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Action;
import io.datahub.api.user.Grant;
import io.datahub.api.user.User;
import io.datahub.test.memory.MemoryHistory;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What every {@link EventHistory} does with file events. A subclass provides an empty history and ways to change it.
 */
public abstract class EventHistoryContract {

    private static final List<String> ALL = List.of("");
    private static final int MANY = 1_000;

    /** The history under test, empty at first. */
    protected abstract EventHistory history();

    /** Has a record created, and its event appended. */
    protected abstract void create(String path) throws Exception;

    /** Drops everything up to a position. */
    protected abstract void trim(Cursor upTo) throws Exception;

    /** Loses the history, as if it had to be rebuilt. */
    protected abstract void rebuild() throws Exception;

    private void create(String... paths) throws Exception {
        for (String path : paths) {
            create(path);
        }
    }

    private EventHistory.Page read(Cursor since, String... prefixes) {
        return history()
                .read(User.HUB, since, List.of(prefixes), MANY, MANY * MANY)
                .get();
    }

    private static List<String> topics(EventHistory.Page page) {
        return page.events().stream().map(MemoryHistory::topic).toList();
    }

    private static Reason reason(io.datahub.api.Result<?> result) {
        return result.refusal().map(Refusal::reason).orElseThrow();
    }

    @Test
    protected void shouldReadEventsInOrderWithTheirCursors() throws Exception {
        create("a", "b/c");
        EventHistory.Page page = read(Cursor.BEGINNING, "");
        assertThat(topics(page)).containsExactly("file.created/a", "file.created/b/c");
        assertThat(page.next()).isEqualTo(history().head());
        Cursor first = page.events().get(0).cursor().orElseThrow();
        Cursor second = page.events().get(1).cursor().orElseThrow();
        assertThat(first.isUpTo(second)).isTrue();
        assertThat(second.isUpTo(first)).isFalse();
        assertThat(topics(read(first, ""))).containsExactly("file.created/b/c");
        assertThat(read(second, "").events()).isEmpty();
        assertThat(read(second, "").next()).isEqualTo(second);
    }

    @Test
    protected void shouldReadEachEventOncePageByPage() throws Exception {
        create("a", "b", "c", "d", "e");
        List<String> read = new ArrayList<>();
        Cursor position = history().oldest(Cursor.BEGINNING, ALL);
        while (!history().head().isUpTo(position)) {
            EventHistory.Page page =
                    history().read(User.HUB, position, ALL, 2, MANY * MANY).get();
            assertThat(page.events()).hasSizeLessThanOrEqualTo(2);
            read.addAll(topics(page));
            position = page.next();
        }
        assertThat(read)
                .containsExactly(
                        "file.created/a", "file.created/b", "file.created/c", "file.created/d", "file.created/e");
    }

    @Test
    protected void shouldEndAPageBeforeItIsTooLongButNeverEmpty() throws Exception {
        create("a", "b", "c");
        int length = read(Cursor.BEGINNING, "").events().get(0).length();
        EventHistory.Page one =
                history().read(User.HUB, Cursor.BEGINNING, ALL, MANY, 1).get();
        assertThat(topics(one)).containsExactly("file.created/a");
        assertThat(topics(read(one.next(), ""))).containsExactly("file.created/b", "file.created/c");
        assertThat(topics(history()
                        .read(User.HUB, Cursor.BEGINNING, ALL, MANY, 2 * length + length / 2)
                        .get()))
                .containsExactly("file.created/a", "file.created/b");
        assertThat(topics(history().newest(User.HUB, ALL, MANY, 1))).containsExactly("file.created/c");
    }

    @Test
    protected void shouldReadOnlyTheTopicsAndWhatTheUserMayReceive() throws Exception {
        create("a/1", "b/1", "a/2");
        assertThat(topics(read(Cursor.BEGINNING, "file.created/b", "build."))).containsExactly("file.created/b/1");
        assertThat(read(Cursor.BEGINNING, "build.").next()).isEqualTo(history().head());
        User reader = new User("r", Set.of(), List.of(new Grant(Action.READ, "a/", "")));
        assertThat(topics(history()
                        .read(reader, Cursor.BEGINNING, ALL, MANY, MANY * MANY)
                        .get()))
                .containsExactly("file.created/a/1", "file.created/a/2");
        assertThat(topics(history().newest(reader, ALL, 1, MANY))).containsExactly("file.created/a/2");
    }

    @Test
    protected void shouldReadTheNewestEvents() throws Exception {
        assertThat(history().newest(User.HUB, ALL, 3, MANY * MANY).events()).isEmpty();
        for (int i = 0; i < 40; i++) {
            create(i % 10 == 0 ? "rare/" + i : "common/" + i);
        }
        EventHistory.Page page = history().newest(User.HUB, ALL, 2, MANY * MANY);
        assertThat(topics(page)).containsExactly("file.created/common/38", "file.created/common/39");
        assertThat(page.next()).isEqualTo(history().head());
        assertThat(topics(history().newest(User.HUB, List.of("file.created/rare/"), 2, MANY * MANY)))
                .containsExactly("file.created/rare/20", "file.created/rare/30");
    }

    @Test
    protected void shouldRefuseWhatIsNoLongerRetained() throws Exception {
        create("a", "b", "c");
        List<EventRun> events = read(Cursor.BEGINNING, "").events();
        Cursor first = events.get(0).cursor().orElseThrow();
        Cursor second = events.get(1).cursor().orElseThrow();
        trim(second);
        Cursor third = events.get(2).cursor().orElseThrow();
        assertThat(history().oldest(Cursor.BEGINNING, ALL)).isEqualTo(second);
        assertThat(history().oldest(first, ALL)).isEqualTo(second);
        assertThat(history().oldest(third, ALL)).isEqualTo(third);
        Cursor ahead = new Cursor(third.epoch(), third.sequence() + 1, 0);
        assertThat(history().oldest(ahead, ALL)).isEqualTo(history().head());
        assertThat(reason(history().read(User.HUB, first, ALL, MANY, MANY))).isEqualTo(Reason.GONE);
        assertThat(topics(read(second, ""))).containsExactly("file.created/c");
        assertThat(topics(read(Cursor.BEGINNING, ""))).containsExactly("file.created/c");
    }

    @Test
    protected void shouldNotGiveACursorToAnotherEventAfterARebuild() throws Exception {
        create("a", "b");
        Cursor before = history().head();
        rebuild();
        create("c", "d", "e");
        assertThat(history().head().isComparableTo(before)).isFalse();
        assertThat(reason(history().read(User.HUB, before, ALL, MANY, MANY))).isEqualTo(Reason.GONE);
        assertThat(Cursor.parse(before.toString()).get()).isEqualTo(before);
    }

    @Test
    protected void shouldTellOnceThatThereIsALaterEvent() throws Exception {
        AtomicInteger told = new AtomicInteger();
        Runnable unused = history().whenAfter(Cursor.BEGINNING, told::incrementAndGet);
        assertThat(told).hasValue(0);
        Runnable cancelled = history().whenAfter(history().head(), () -> told.addAndGet(100));
        cancelled.run();
        create("a", "b");
        assertThat(told).hasValue(1);
        unused = history().whenAfter(Cursor.BEGINNING, told::incrementAndGet);
        assertThat(told).hasValue(2);
        unused = history().whenAfter(history().head(), told::incrementAndGet);
        assertThat(told).hasValue(2);
        create("c");
        assertThat(told).hasValue(3);
        unused.run();
    }
}
