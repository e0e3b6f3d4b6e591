package io.datahub.http;

import io.datahub.api.record.RecordVersion;
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
import java.util.List;
import java.util.Map;
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
 * Has nginx send records by itself ({@code X-Accel-Redirect}): from a link that stays with the version, which the store made
 * when it stored it. Only for requests that come through an nginx which says that it can.
 */
final class Accelerator implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Accelerator.class);

    /** How long nginx may take to open a link that it was sent to. */
    private static final Duration LINGER = Duration.ofMinutes(1);

    private static final String ACCEL_REDIRECT = "X-Accel-Redirect";

    /** nginx knows neither the tag nor what the hub takes for the time of a version, so these are answered here. */
    private static final List<HttpHeader> OWN =
            List.of(HttpHeader.IF_MATCH, HttpHeader.IF_NONE_MATCH, HttpHeader.IF_UNMODIFIED_SINCE, HttpHeader.IF_RANGE);

    private final Path links;
    private final String location;
    private final long minBytes;
    private final ScheduledExecutorService sweeper;
    private final Future<?> sweeping;

    /**
     * Prepares to redirect, and has the store make links from now on, or none.
     *
     * @param links the folder of the links
     * @param location where nginx serves that folder, such as {@code /served/}; empty for not at all
     * @param minBytes smaller records are sent from here
     */
    Accelerator(Path links, String location, long minBytes) {
        this.links = links;
        this.location = location.isEmpty() || location.endsWith("/") ? location : location + "/";
        this.minBytes = minBytes;
        sweeper = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "datahub-served-links");
            thread.setDaemon(true);
            return thread;
        });
        sweeping = sweeper.scheduleWithFixedDelay(this::sweep, 0, LINGER.toSeconds(), TimeUnit.SECONDS);
    }

    private void sweep() {
        try {
            sweep(Instant.now().minus(LINGER));
        } catch (IOException | DirectoryIteratorException e) {
            LOG.warn("links unswept folder={} failure=\"{}\"", links, e.toString());
        }
    }

    /** Removes links whose record has been gone since then, or the whole folder if nobody wants it. */
    void sweep(Instant then) throws IOException {
        if (isOn()) {
            Files.createDirectories(links);
        } else if (!Files.isDirectory(links)) {
            return;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(links)) {
            for (Path link : all) {
                if (!isOn() || isLeft(link, then)) {
                    Files.deleteIfExists(link);
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("links swept by somebody else folder={}", links);
        }
        if (!isOn()) {
            Files.deleteIfExists(links);
        }
    }

    private static boolean isLeft(Path link, Instant then) throws IOException {
        Map<String, Object> found = Files.readAttributes(link, "unix:nlink,ctime", LinkOption.NOFOLLOW_LINKS);
        return found.get("nlink").equals(1)
                && ((FileTime) found.get("ctime")).toInstant().isBefore(then);
    }

    private boolean isOn() {
        return !location.isEmpty();
    }

    @Override
    public void close() {
        sweeping.cancel(true);
        sweeper.shutdownNow();
    }

    /** Whether nginx can send this version to this client. */
    boolean isMeantFor(Exchange exchange, RecordVersion version) throws IOException {
        HttpFields asked = exchange.request().getHeaders();
        return isOn()
                && version.size() >= minBytes
                && version.etag().isPresent()
                && version.sha256().isPresent()
                && ACCEL_REDIRECT.equalsIgnoreCase(asked.get("X-Sendfile-Type"))
                && OWN.stream().noneMatch(asked::contains)
                && isLinked(version);
    }

    /** Answers with where nginx finds the bytes; everything else of the answer is set already. */
    void redirect(Exchange exchange, RecordVersion version) {
        exchange.response().getHeaders().put(new HttpField(ACCEL_REDIRECT, location + name(version)));
        exchange.empty(200);
    }

    /** As the store names its links. */
    private static String name(RecordVersion version) {
        Instant modified = version.modified();
        long nanos = TimeUnit.SECONDS.toNanos(modified.getEpochSecond()) + modified.getNano();
        return version.sha256().orElseThrow() + "-" + nanos;
    }

    /** Whether there is a link to this version, and nobody has written into it. */
    private boolean isLinked(RecordVersion version) throws IOException {
        Path link = links.resolve(name(version));
        if (!Files.exists(link, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        BasicFileAttributes found = Files.readAttributes(link, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        return found.isRegularFile()
                && found.size() == version.size()
                && found.lastModifiedTime().toInstant().equals(version.modified());
    }
}
