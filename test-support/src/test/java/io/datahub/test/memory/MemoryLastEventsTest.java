package io.datahub.test.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.Refusal;
import io.datahub.api.event.EventLog;
import io.datahub.api.event.LastEvents;
import io.datahub.api.record.Cursor;
import io.datahub.test.contract.LastEventsContract;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

class MemoryLastEventsTest extends LastEventsContract {

    private final MemoryLastEvents last = new MemoryLastEvents();

    @Override
    protected LastEvents last() {
        return last;
    }

    @Override
    protected void retry() {
        last.retry();
    }

    @Override
    protected void publish(String topic, String payload) {
        AtomicInteger appended = new AtomicInteger();
        last.append(MemoryBroker.event(topic, payload.getBytes(StandardCharsets.UTF_8)), new EventLog.Completion() {
            @Override
            public void appended() {
                appended.incrementAndGet();
            }

            @Override
            public void appended(Cursor cursor) {
                throw new AssertionError("it has no history");
            }

            @Override
            public void repeated() {
                throw new AssertionError("it was published once");
            }

            @Override
            public void refused(Refusal refusal) {
                throw new AssertionError(refusal);
            }
        });
        assertThat(appended).hasValue(1);
    }
}
