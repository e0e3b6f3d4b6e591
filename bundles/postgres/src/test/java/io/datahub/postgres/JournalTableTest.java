package io.datahub.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.cluster.LedgerEntry;
import io.datahub.api.cluster.LedgerJournal;
import io.datahub.api.cluster.LedgerJournal.Head;
import io.datahub.api.cluster.LedgerJournal.Page;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What is done with entries that other versions have written, and with very many. */
final class JournalTableTest {

    @RegisterExtension
    static final TestLedgers LEDGERS = new TestLedgers();

    private LedgerJournal journal;

    @BeforeEach
    void start() throws Exception {
        journal = LEDGERS.create().journal();
    }

    private String sql(String statement) throws IOException {
        return LEDGERS.server().sql(LEDGERS.name(), "set search_path = datahub; " + statement);
    }

    /** Adds old entries. */
    private void insert(int first, int last, int kind) throws IOException {
        sql("insert into journal select n, 1, " + kind + ", 'a', 1, 1, null, null, null, '', null, null, null, 300"
                + " from generate_series(" + first + ", " + last + ") n; update head set seq = " + last
                + ", bytes = bytes + 300 * (" + last + " - " + first + " + 1)");
    }

    @Test
    void shouldPassOverKindsThatOnlyLaterVersionsKnow() throws IOException {
        insert(1, 2, 0);
        insert(3, 3, 4);
        insert(4, 4, 1);
        insert(5, 6, 9);

        Page all = journal.read(0, 6, "", 10);
        assertThat(all.entries()).extracting(LedgerEntry::number).containsExactly(1L, 2L, 4L);
        assertThat(all.next()).isEqualTo(6);
        Page limited = journal.read(0, 6, "", 3);
        assertThat(limited.next()).isEqualTo(4);
        assertThat(journal.read(limited.next(), 6, "", 3)).isEqualTo(new Page(List.of(), 6, new Head(0, 6)));
        assertThat(journal.newest(6, "", 2).entries())
                .extracting(LedgerEntry::number)
                .containsExactly(2L, 4L);
    }

    @Test
    void shouldTrimAndForgetAllThatIsTooOldAtOnce() throws IOException {
        insert(1, 10_000, 0);
        sql("insert into attempt select gen_random_uuid(), 1, null, n, 1, true from generate_series(1, 20500) n");

        assertThat(journal.trim(Duration.ofDays(1), Long.MAX_VALUE)).isFalse();
        assertThat(journal.head()).isEqualTo(new Head(10_000, 10_000));
        assertThat(sql("select count(*) from journal")).isEqualTo("0");
        assertThat(sql("select count(*) from attempt")).isEqualTo("0");
        assertThat(sql("select bytes from head")).isEqualTo("0");
    }
}
