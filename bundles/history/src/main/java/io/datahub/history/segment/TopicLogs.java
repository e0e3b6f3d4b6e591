package io.datahub.history.segment;

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
import java.util.Collection;
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
public final class TopicLogs implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicLogs.class);
    private static final String RULE = "rule";

    private final Path folder;
    private final Map<String, TopicLog> byPrefix = new HashMap<>();

    /** Those that take events, by descending length of the prefix. */
    private volatile List<TopicLog> active = List.of();

    private volatile List<TopicLog> all = List.of();

    public TopicLogs(Path folder) throws IOException {
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
        } catch (IOException | RuntimeException e) {
            for (TopicLog opened : byPrefix.values()) {
                opened.abandon();
            }
            throw e;
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
    public void configure(List<KeepRule> rules) throws IOException {
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
    public TopicLog forTopic(String topic) {
        for (TopicLog log : active) {
            if (topic.startsWith(log.rule().prefix())) {
                return log;
            }
        }
        return null;
    }

    /** Whether there are events in a folder of logs, which needn't exist or be open. */
    public static boolean hasEvents(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.anyMatch(file ->
                    file.toString().endsWith(Segment.SUFFIX) && file.toFile().length() > SegmentHeader.LENGTH);
        }
    }

    /** The logs that may have events of topics. */
    public List<TopicLog> of(Collection<String> prefixes) {
        List<TopicLog> matching = new ArrayList<>();
        for (TopicLog log : all) {
            String own = log.rule().prefix();
            if (prefixes.stream().anyMatch(prefix -> prefix.startsWith(own) || own.startsWith(prefix))) {
                matching.add(log);
            }
        }
        return matching;
    }

    /** The greatest number that any event has. */
    public long lastNumber() {
        return all.stream().mapToLong(TopicLog::lastNumber).max().orElse(0);
    }

    public List<TopicLog> active() {
        return active;
    }

    public List<TopicLog> all() {
        return all;
    }

    /**
     * Deletes what is too old or too much. Of a log without a rule an empty segment stays, which says where its events
     * ended: cursors before that have missed some.
     */
    public void trim(Epoch epoch, long nextNumber, long nowMillis) throws IOException {
        for (TopicLog log : all) {
            long before = log.count();
            log.trim(epoch, nextNumber, nowMillis);
            if (before > 0 && log.count() == 0 && !active.contains(log)) {
                LOG.info("event=history.log.deleted rule={}", LogText.quoted(log.rule()));
            }
        }
    }

    /**
     * Takes what the disk has damaged out of the log that has it.
     *
     * @throws IOException if the disk fails
     */
    public void isolate(Segment damaged, Epoch epoch) throws IOException {
        for (TopicLog log : all) {
            log.isolate(damaged, epoch);
        }
    }

    @Override
    public void close() throws IOException {
        IOException failure = new IOException("a log of kept topics can't be closed");
        for (TopicLog log : all) {
            try {
                log.close();
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }
}
