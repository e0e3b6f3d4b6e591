package io.datahub.history.log;

import io.datahub.api.file.AtomicFile;
import io.datahub.api.log.LogText;
import io.datahub.history.rules.KeepRule;
import io.datahub.history.rules.LogFolder;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The logs of all rules, and of rules that were removed while events of theirs were kept: these stay as long as their
 * rule said. Changed by one thread at a time; its lists can be read by any.
 */
final class TopicLogs implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicLogs.class);
    private static final String RULE = "rule";

    private final Path folder;
    private final Map<String, TopicLog> byPrefix = new HashMap<>();

    /** Those that take events, by descending length of the prefix. */
    private volatile List<TopicLog> active = List.of();

    private volatile List<TopicLog> all = List.of();

    TopicLogs(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
        try (Stream<Path> found = Files.list(folder)) {
            for (Path log :
                    found.filter(path -> Files.exists(path.resolve(RULE))).toList()) {
                Optional<KeepRule> rule = read(log.resolve(RULE));
                if (rule.isPresent()) {
                    byPrefix.put(rule.get().prefix(), TopicLog.open(log, rule.get()));
                }
            }
        }
        all = List.copyOf(byPrefix.values());
    }

    /** Reads the rule of a log; empty if it is damaged. */
    private static Optional<KeepRule> read(Path file) throws IOException {
        try {
            return Optional.of(KeepRule.parse(Files.readString(file)).get(0));
        } catch (CharacterCodingException | IllegalArgumentException | IndexOutOfBoundsException e) {
            LOG.error(
                    "event=history.rule.invalid file={} consequence=\"what it kept can't be read until keep has its"
                            + " prefix\"",
                    LogText.quoted(file),
                    e);
            return Optional.empty();
        }
    }

    /**
     * Applies rules; logs that have none any more take no further events.
     *
     * @throws IOException if the disk fails; then the rules before stay in effect
     */
    void configure(List<KeepRule> rules) throws IOException {
        List<TopicLog> taking = new ArrayList<>();
        for (KeepRule rule : rules) {
            TopicLog log = byPrefix.get(rule.prefix());
            if (log == null) {
                log = TopicLog.open(folder.resolve(LogFolder.of(rule.prefix())), rule);
                byPrefix.put(rule.prefix(), log);
            }
            log.setRule(rule);
            AtomicFile.write(
                    log.folder().resolve(RULE),
                    AtomicFile.Access.PRIVATE,
                    rule.toString().getBytes(StandardCharsets.UTF_8));
            taking.add(log);
        }
        taking.sort(Comparator.comparing((TopicLog log) -> log.rule().prefix().length())
                .reversed());
        active = List.copyOf(taking);
        all = List.copyOf(byPrefix.values());
    }

    /** The log that takes events of a topic, the one with the longest prefix; null if there is none. */
    TopicLog forTopic(String topic) {
        for (TopicLog log : active) {
            if (topic.startsWith(log.rule().prefix())) {
                return log;
            }
        }
        return null;
    }

    List<TopicLog> active() {
        return active;
    }

    List<TopicLog> all() {
        return all;
    }

    /** Deletes what is too old or too much, and logs without a rule that are empty. */
    void trim(Epoch epoch, long nextNumber, long nowMillis) throws IOException {
        for (TopicLog log : all) {
            if (log.trim(epoch, nextNumber, nowMillis) && !active.contains(log)) {
                delete(log);
            }
        }
    }

    /**
     * Takes what the disk has damaged out of the log that has it.
     *
     * @throws IOException if the disk fails
     */
    void isolate(Segment damaged, Epoch epoch) throws IOException {
        for (TopicLog log : all) {
            log.isolate(damaged, epoch);
        }
    }

    private void delete(TopicLog log) throws IOException {
        byPrefix.remove(log.rule().prefix());
        all = List.copyOf(byPrefix.values());
        log.close();
        try (Stream<Path> files = Files.walk(log.folder())) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
        LOG.info("event=history.log.deleted rule={}", LogText.quoted(log.rule()));
    }

    @Override
    public void close() throws IOException {
        for (TopicLog log : all) {
            log.close();
        }
    }
}
