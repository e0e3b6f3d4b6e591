package io.datahub.http.events;

import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.User;
import io.datahub.jetty.web.Exchange;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** Responds to {@code GET /changes}. */
final class ChangesResponse extends PollingResponse {

    private final ChangeJournal journal;
    private final ChangeSignal signal;
    private final String prefix;
    private final int limit;
    private boolean isAwaiting;

    ChangesResponse(
            Exchange exchange,
            ChangeJournal journal,
            ChangeSignal signal,
            Authenticator authenticator,
            Cursor since,
            String prefix,
            int limit,
            Consumer<? super PollingResponse> onDone) {
        super(exchange, authenticator, since, onDone);
        this.journal = journal;
        this.signal = signal;
        this.prefix = prefix;
        this.limit = limit;
    }

    @Override
    Result<Page> read(User user, Cursor after) {
        return journal.read(user, after, prefix, limit).then(page -> Result.done(lines(page)));
    }

    /** Responds with the newest changes, however old the cursor of the client is. */
    void respondNewest(int count) {
        respond(() -> lines(journal.newest(exchange().user(), prefix, count)));
    }

    private static Page lines(ChangeJournal.Page page) {
        StringBuilder lines = new StringBuilder();
        for (Change change : page.changes()) {
            lines.append(change.json()).append('\n');
        }
        return new Page(
                lines.isEmpty()
                        ? List.of()
                        : List.of(ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8))),
                page.next());
    }

    @Override
    Cursor oldest(Cursor after) {
        return journal.oldest();
    }

    /** What changes between the read and the first call is found by reading again. */
    @Override
    void await(Cursor after) {
        if (!isAwaiting) {
            isAwaiting = true;
            signal.onChange(this);
            run();
        }
    }

    @Override
    void cancel() {
        signal.cancel(this);
    }
}
