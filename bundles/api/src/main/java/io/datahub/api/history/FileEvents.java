package io.datahub.api.history;

import io.datahub.api.event.EventRun;
import io.datahub.api.event.EventWriter;
import io.datahub.api.event.SharedBuffer;
import io.datahub.api.record.Change;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** File events as a history returns them. */
public final class FileEvents {

    private FileEvents() {}

    /**
     * A change as a run of one event, the same as its live event.
     *
     * @param change the change
     * @return the event, with its position
     */
    public static EventRun event(Change change) {
        ByteBuffer event = EventWriter.write(utf8(change.topic()), utf8(change.json()));
        return new EventRun(
                        new SharedBuffer(event),
                        0,
                        event.limit(),
                        1,
                        "",
                        change.time().toEpochMilli())
                .at(change.cursor());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
