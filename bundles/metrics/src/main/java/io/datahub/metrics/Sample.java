package io.datahub.metrics;

import io.datahub.api.metric.Histogram;
import java.util.List;

/**
 * One measured value at one point in time.
 *
 * @param help one sentence that describes the metric
 * @param labels alternating label names and values
 * @param value a number, or a {@link Histogram.Snapshot}
 */
record Sample(String name, String help, Kind kind, List<String> labels, Object value) {

    /** The Prometheus metric type. */
    enum Kind {
        COUNTER,
        GAUGE,
        HISTOGRAM
    }

    /** The name with the labels in Prometheus notation: {@code datahub_connections{transport="http"}}. */
    String series() {
        return name + braced(labels);
    }

    /** Formats labels in braces; empty if there are none. */
    static String braced(List<String> labels) {
        if (labels.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < labels.size(); i += 2) {
            text.append(i == 0 ? "" : ",")
                    .append(labels.get(i))
                    .append("=\"")
                    .append(escaped(labels.get(i + 1)))
                    .append('"');
        }
        return text.append('}').toString();
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }
}
