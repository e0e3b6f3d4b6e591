package io.datahub.metrics;

import io.datahub.api.metric.Histogram;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Writes figures in the text format of Prometheus, version 0.0.4: all series of one name stand together. */
final class Exposition {

    static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder(16_384);

    private Exposition() {}

    static String of(Collection<Sample> figures) {
        Map<String, List<Sample>> families = new LinkedHashMap<>();
        figures.forEach(figure -> families.computeIfAbsent(figure.name(), name -> new ArrayList<>())
                .add(figure));
        Exposition exposition = new Exposition();
        families.values().forEach(exposition::family);
        return exposition.text.toString();
    }

    private void family(List<Sample> figures) {
        Sample first = figures.get(0);
        text.append("# HELP ").append(first.name()).append(' ');
        text.append(first.help().replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
        text.append("# TYPE ").append(first.name()).append(' ');
        text.append(first.kind().name().toLowerCase(Locale.ROOT)).append('\n');
        for (Sample figure : figures) {
            if (figure.value() instanceof Histogram.Snapshot snapshot) {
                histogram(figure, snapshot);
            } else {
                sample(figure.series(), (Number) figure.value());
            }
        }
    }

    private void histogram(Sample figure, Histogram.Snapshot snapshot) {
        for (int i = 0; i < snapshot.size(); i++) {
            bucket(figure, number(snapshot.bound(i)), snapshot.upTo(i));
        }
        bucket(figure, "+Inf", snapshot.count());
        String labels = Sample.braced(figure.labels());
        sample(figure.name() + "_sum" + labels, snapshot.seconds());
        sample(figure.name() + "_count" + labels, snapshot.count());
    }

    private void bucket(Sample figure, String bound, long count) {
        List<String> labels = new ArrayList<>(figure.labels());
        labels.add("le");
        labels.add(bound);
        sample(figure.name() + "_bucket" + Sample.braced(labels), count);
    }

    private void sample(String series, Number value) {
        text.append(series).append(' ').append(number(value.doubleValue())).append('\n');
    }

    /** Whole numbers without a fraction, for people; others as Java and Prometheus both write them. */
    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1L << 53) {
            return Long.toString((long) value);
        }
        return Double.isInfinite(value) ? (value > 0 ? "+Inf" : "-Inf") : Double.toString(value);
    }
}
