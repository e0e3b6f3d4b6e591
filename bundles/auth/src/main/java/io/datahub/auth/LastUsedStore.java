package io.datahub.auth;

import io.datahub.api.Home;
import io.datahub.api.file.AtomicFile;
import io.datahub.api.log.LogText;
import io.datahub.api.state.AdapterState;
import io.datahub.auth.state.SharedUses;
import io.datahub.auth.users.Users;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When each credential was last used, to the second. Stored in the hub's state and saved periodically: if the hub is
 * killed, unsaved uses are lost. Holds only existing credentials. Thread-safe.
 */
final class LastUsedStore {

    private static final Logger LOG = LoggerFactory.getLogger(LastUsedStore.class);

    private final Path file;
    private final Optional<SharedUses> shared;
    private final Clock clock;
    private final Map<String, Long> seconds = new ConcurrentHashMap<>();
    private final Set<String> usedHere = ConcurrentHashMap.newKeySet(); // since they were saved
    private volatile boolean changed;

    /** @param shared the state that this hub shares with others; empty if it is alone */
    LastUsedStore(Home home, Optional<AdapterState> shared, Clock clock) {
        this.file = file(home);
        this.shared = shared.map(SharedUses::new);
        this.clock = clock;
        read();
        if (shared.isPresent()) {
            usedHere.addAll(seconds.keySet()); // of before this hub belonged to the cluster
        }
    }

    /** The file; it exists once anyone has logged in. */
    static Path file(Home home) {
        return home.state().resolve("users.last-used");
    }

    private void read() {
        try {
            for (String line : Files.readAllLines(file)) {
                int space = line.indexOf(' ');
                seconds.put(
                        line.substring(0, space),
                        Instant.parse(line.substring(space + 1)).getEpochSecond());
            }
        } catch (NoSuchFileException e) {
            LOG.debug("event=auth.last-used.missing file={}", file);
        } catch (IOException | DateTimeParseException | IndexOutOfBoundsException e) {
            LOG.warn(
                    "event=auth.last-used.unreadable file={} reason={} remedy=\"none is needed: it is rewritten "
                            + "when credentials are used\"",
                    file,
                    LogText.quoted(e.toString()));
        }
    }

    /** Records the use of a credential. */
    void used(String credential) {
        long now = clock.millis() / 1000;
        Long before = seconds.get(credential);
        if (before == null || before != now) {
            seconds.put(credential, now);
            usedHere.add(credential);
            changed = true;
        }
    }

    Optional<Instant> of(String credential) {
        return Optional.ofNullable(seconds.get(credential)).map(Instant::ofEpochSecond);
    }

    /**
     * Saves unsaved uses, and removes credentials that no longer exist, unless there are no users.
     *
     * @param exists whether a credential still exists
     */
    void save(Users users, Predicate<String> exists) {
        if (shared.isPresent()) {
            if (users != Users.EMPTY) {
                share(shared.get(), exists);
            }
            return;
        }
        if (!changed || users == Users.EMPTY) {
            return;
        }
        changed = false;
        seconds.keySet().removeIf(exists.negate());
        String lines = new TreeMap<>(seconds)
                .entrySet().stream()
                        .map(use -> use.getKey() + " " + Instant.ofEpochSecond(use.getValue()) + "\n")
                        .collect(Collectors.joining());
        try {
            AtomicFile.write(file, AtomicFile.Access.PRIVATE, lines.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            changed = true;
            LOG.warn("event=auth.last-used.save-failed file={} reason={}", file, LogText.quoted(e.toString()));
        }
    }

    /** Stores the uses at this hub, and takes over those at others. */
    private void share(SharedUses uses, Predicate<String> exists) {
        Set<String> mine = Set.copyOf(usedHere);
        usedHere.removeAll(mine);
        Map<String, Long> used = new HashMap<>();
        mine.stream().filter(exists).forEach(credential -> used.put(credential, seconds.getOrDefault(credential, 0L)));
        try {
            Map<String, Long> stored = uses.read();
            uses.write(stored, used, exists, clock.millis() / 1000);
            stored.forEach((credential, second) -> seconds.merge(credential, second, Math::max));
            seconds.keySet().removeIf(credential -> !exists.test(credential) && !usedHere.contains(credential));
        } catch (IOException | NoSuchElementException | NumberFormatException e) {
            usedHere.addAll(mine);
            LOG.warn("event=auth.last-used.share-failed reason={}", LogText.quoted(e.toString()));
        }
    }
}
