package io.datahub.config;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The former names of keys, which an operator's files may still have: they work, with a warning. */
final class FormerKeys {

    private static final String BROKER = "io.datahub.broker";
    private static final String SLOW_SUBSCRIBERS = "slowSubscriberTimeoutMillis";

    /** The present name of each former one, by PID. */
    private static final Map<String, Map<String, String>> PRESENT_NAMES = Map.of(
            "io.datahub.auth",
            Map.of(
                    "freeFailures", "undelayedFailures",
                    "maxPenaltyMillis", "maxFailureDelayMillis",
                    "maxAddresses", "maxFailureCounters"),
            BROKER,
            Map.of(
                    "judgedTopics", "requireValidationTopics",
                    "tooSlowMillis", SLOW_SUBSCRIBERS,
                    "tooSlowTransports", SLOW_SUBSCRIBERS,
                    "slowDisconnectMillis", SLOW_SUBSCRIBERS),
            "io.datahub.http",
            Map.of("parts", "requiredComponents"),
            "io.datahub.jetty",
            Map.of("headMillis", "requestHeadTimeoutMillis"),
            "io.datahub.store",
            Map.of(
                    "judgeMillis", "validationTimeoutMillis",
                    "judgementsAtOnce", "maxConcurrentValidations",
                    "maxGoodBytes", "maxLastGoodBytes",
                    "maxGoodFileBytes", "maxLastGoodFileBytes",
                    "trial", "trialValidators"),
            "io.datahub.zeromq",
            Map.of("failCloseMillis", "rejectionDelayMillis", "maxHeldBack", "maxDelayedRejections"));

    private FormerKeys() {}

    /**
     * Renames the former keys of a file, and reports each. Where a file has both names, the present one is used.
     *
     * @param file the file name
     * @param values the file's keys and values, which are changed
     * @param problems receives the warnings
     */
    static void rename(String file, Map<String, String> values, List<FileProblem> problems) {
        String pid = Pid.of(file).base();
        Map<String, String> former = new TreeMap<>(PRESENT_NAMES.getOrDefault(pid, Map.of()));
        former.keySet().retainAll(values.keySet());
        Map<String, String> renamed = new TreeMap<>();
        former.forEach((old, present) -> {
            boolean isSet = values.containsKey(present);
            String value = present.equals(SLOW_SUBSCRIBERS) ? timeouts(values) : values.get(old);
            problems.add(new FileProblem(
                    file,
                    old,
                    isSet ? "has no effect, since " + present + " replaces it; remove it" : replacement(present, value),
                    false));
            if (!isSet) {
                renamed.put(present, value);
            }
        });
        values.keySet().removeAll(former.keySet());
        values.putAll(renamed);
    }

    private static String replacement(String present, String value) {
        return "is the former name of " + present + "; "
                + (present.equals(SLOW_SUBSCRIBERS)
                        ? "replace it with " + SLOW_SUBSCRIBERS + " = " + value
                        : "rename it");
    }

    /** One timeout for some transports and one for all others, as a list of timeouts by transport. */
    private static String timeouts(Map<String, String> values) {
        String timeout = values.getOrDefault("tooSlowMillis", "10000");
        String listed = Arrays.stream(values.getOrDefault("tooSlowTransports", "http,websocket")
                        .split(",", -1))
                .filter(transport -> !transport.isBlank())
                .map(transport -> transport.strip() + ": " + timeout + ", ")
                .collect(Collectors.joining());
        return listed + "*: " + values.getOrDefault("slowDisconnectMillis", "0");
    }
}
