package io.datahub.http.files;

import io.datahub.api.log.LogText;
import io.datahub.api.record.RecordVersion;
import io.datahub.jetty.web.Exchange;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delegates sending of records to nginx ({@code X-Accel-Redirect}). nginx reads the hard link that the store created
 * for the version when it stored it. Applies only to requests that arrive through an nginx that declares support for
 * it.
 */
final class Accelerator implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Accelerator.class);

    /** Grace period in which nginx may still open a link that it was redirected to. */
    private static final Duration LINK_GRACE_PERIOD = Duration.ofMinutes(1);

    private static final String ACCEL_REDIRECT = "X-Accel-Redirect";

    /**
     * Conditional headers that the hub evaluates itself: nginx knows neither the entity tag nor the hub's modification
     * time of a version.
     */
    private static final List<HttpHeader> HUB_CONDITIONS =
            List.of(HttpHeader.IF_MATCH, HttpHeader.IF_NONE_MATCH, HttpHeader.IF_UNMODIFIED_SINCE, HttpHeader.IF_RANGE);

    private final Optional<Path> links;
    private final String location;
    private final long minBytes;
    private final ScheduledExecutorService sweeper;
    private final Future<?> sweepTask;

    /**
     * Enables or disables the links of the store and starts the cleanup thread.
     *
     * @param links the directory of the links; empty if the store has none, so that there can be no redirects
     * @param location where nginx serves that directory, such as {@code /served/}; empty to disable redirects
     * @param minBytes records smaller than this are sent by the hub itself
     */
    Accelerator(Optional<Path> links, String location, long minBytes) {
        this.links = links;
        this.location = location.isEmpty() || location.endsWith("/") ? location : location + "/";
        this.minBytes = minBytes;
        sweeper = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "datahub-served-links");
            thread.setDaemon(true);
            return thread;
        });
        if (links.isEmpty() && !location.isEmpty()) {
            LOG.warn("event=http.accel-links.unavailable accelLocation={}", LogText.quoted(location));
        }
        sweepTask = sweeper.scheduleWithFixedDelay(this::sweep, 0, LINK_GRACE_PERIOD.toSeconds(), TimeUnit.SECONDS);
    }

    private void sweep() {
        if (links.isEmpty()) {
            return;
        }
        try {
            sweep(Instant.now().minus(LINK_GRACE_PERIOD));
        } catch (IOException | DirectoryIteratorException e) {
            LOG.warn(
                    "event=http.accel-links.cleanup-failed directory={} reason={}",
                    LogText.quoted(links.get()),
                    LogText.quoted(e));
        }
    }

    /**
     * Removes links whose record was deleted before the given time, or the whole directory if redirects are disabled.
     */
    void sweep(Instant before) throws IOException {
        Path folder = links.orElseThrow();
        if (isEnabled()) {
            Files.createDirectories(folder);
        } else if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(folder)) {
            Map<Object, Integer> linksByFile = new HashMap<>();
            List<Path> found = new ArrayList<>();
            for (Path link : all) {
                found.add(link);
                linksByFile.merge(Files.getAttribute(link, "unix:ino", LinkOption.NOFOLLOW_LINKS), 1, Integer::sum);
            }
            for (Path link : found) {
                if (!isEnabled() || isStale(link, linksByFile, before)) {
                    Files.deleteIfExists(link);
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("event=http.accel-links.cleanup-skipped directory={}", LogText.quoted(folder));
        }
        if (!isEnabled()) {
            Files.deleteIfExists(folder);
        }
    }

    /** Whether a file has no other names than these links; a record that was moved has several. */
    private static boolean isStale(Path link, Map<Object, Integer> linksByFile, Instant before) throws IOException {
        Map<String, Object> attributes = Files.readAttributes(link, "unix:ino,nlink,ctime", LinkOption.NOFOLLOW_LINKS);
        return attributes.get("nlink").equals(linksByFile.get(attributes.get("ino")))
                && ((FileTime) attributes.get("ctime")).toInstant().isBefore(before);
    }

    private boolean isEnabled() {
        return links.isPresent() && !location.isEmpty();
    }

    @Override
    public void close() {
        sweepTask.cancel(true);
        sweeper.shutdownNow();
    }

    /** Whether nginx can send this version to this client. */
    boolean isEligible(Exchange exchange, RecordVersion version) throws IOException {
        return isWanted(exchange)
                && version.size() >= minBytes
                && version.etag().isPresent()
                && version.sha256().isPresent()
                && isLinked(version);
    }

    /** Whether nginx can send some versions to this client. */
    boolean isWanted(Exchange exchange) {
        HttpFields requestHeaders = exchange.request().getHeaders();
        return isEnabled()
                && ACCEL_REDIRECT.equalsIgnoreCase(requestHeaders.get("X-Sendfile-Type"))
                && HUB_CONDITIONS.stream().noneMatch(requestHeaders::contains);
    }

    /** Responds with the internal location of the bytes. All other response headers must be set already. */
    void redirect(Exchange exchange, RecordVersion version) {
        exchange.response().getHeaders().put(new HttpField(ACCEL_REDIRECT, location + name(version)));
        exchange.empty(200);
    }

    /** The link name that the store uses: SHA-256 and modification time in nanoseconds. */
    private static String name(RecordVersion version) {
        Instant modified = version.modified();
        long nanos = TimeUnit.SECONDS.toNanos(modified.getEpochSecond()) + modified.getNano();
        return version.sha256().orElseThrow() + "-" + nanos;
    }

    /** Whether there is a link to this version whose content has not been modified. */
    private boolean isLinked(RecordVersion version) throws IOException {
        Path link = links.orElseThrow().resolve(name(version));
        if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        BasicFileAttributes attributes =
                Files.readAttributes(link, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return attributes.isRegularFile()
                && attributes.size() == version.size()
                && attributes.lastModifiedTime().toInstant().compareTo(version.modified())
                        <= 0; // earlier if the record was moved since
    }
}
