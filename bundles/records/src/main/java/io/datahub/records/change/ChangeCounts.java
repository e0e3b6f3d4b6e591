package io.datahub.records.change;

import io.datahub.api.metric.MetricReport;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;

/** Counts changes by type. Thread-safe. */
public final class ChangeCounts implements ChangeListener {

    private final Map<Change.Type, LongAdder> changes = new EnumMap<>(Change.Type.class);

    public ChangeCounts() {
        for (Change.Type type : Change.Type.values()) {
            changes.put(type, new LongAdder());
        }
    }

    @Override
    public CompletionStage<Void> changed(Change change) {
        changes.get(change.type()).increment();
        return DONE;
    }

    /** Reports the counts. */
    public void report(MetricReport report) {
        changes.forEach((type, count) -> report.counter(
                "datahub_changes_total", "Changes of records by type", count.sum(), "type", type.word()));
    }
}
