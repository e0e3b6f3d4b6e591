package io.datahub.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The former name of a metric, under which it is still reported, so that existing dashboards and alerts work.
 *
 * @param name the former name of the metric
 * @param labels the former names of its labels that were renamed, by their present names
 */
record FormerName(String name, Map<String, String> labels) {

    private static final Map<String, FormerName> BY_METRIC = Map.of(
            "datahub_component_ready",
            new FormerName("datahub_part_ready", Map.of("component", "part")),
            "datahub_component_degraded",
            new FormerName("datahub_part_degraded", Map.of("component", "part")),
            "datahub_validations_total",
            new FormerName("datahub_judgements_total", Map.of("result", "verdict")),
            "datahub_validation_seconds",
            new FormerName("datahub_judging_seconds", Map.of()),
            "datahub_watcher_pending_paths",
            new FormerName("datahub_watcher_unsettled", Map.of()),
            "datahub_zeromq_delayed_rejections",
            new FormerName("datahub_zeromq_held_back", Map.of()));

    FormerName {
        labels = Map.copyOf(labels);
    }

    /** Returns the sample under the former name of its metric; empty if the metric was never renamed. */
    static Optional<Sample> of(Sample sample) {
        return Optional.ofNullable(BY_METRIC.get(sample.name())).map(former -> former.rename(sample));
    }

    private Sample rename(Sample sample) {
        List<String> renamed = new ArrayList<>(sample.labels());
        for (int i = 0; i < renamed.size(); i += 2) {
            renamed.set(i, labels.getOrDefault(renamed.get(i), renamed.get(i)));
        }
        return new Sample(name, "Former name of " + sample.name(), sample.kind(), renamed, sample.value());
    }
}
