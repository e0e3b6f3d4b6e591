package io.datahub.http;

import io.datahub.api.record.RecordVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/**
 * Has nginx send records by itself ({@code X-Accel-Redirect}): from a link that stays with the version, which the store made
 * when it stored it. Only for requests that come through an nginx which says that it can.
 */
final class Accelerator {

    private static final String ACCEL_REDIRECT = "X-Accel-Redirect";

    /** nginx knows neither the tag nor what the hub takes for the time of a version, so these are answered here. */
    private static final List<HttpHeader> OWN =
            List.of(HttpHeader.IF_MATCH, HttpHeader.IF_NONE_MATCH, HttpHeader.IF_UNMODIFIED_SINCE, HttpHeader.IF_RANGE);

    private final Path links;
    private final String location;
    private final long minBytes;

    /**
     * Prepares to redirect.
     *
     * @param links the folder of the links
     * @param location where nginx serves that folder, such as {@code /served/}; empty for not at all
     * @param minBytes smaller records are sent from here
     */
    Accelerator(Path links, String location, long minBytes) {
        this.links = links;
        this.location = location.isEmpty() || location.endsWith("/") ? location : location + "/";
        this.minBytes = minBytes;
    }

    /** Whether nginx can send this version to this client. */
    boolean isMeantFor(Exchange exchange, RecordVersion version) throws IOException {
        HttpFields asked = exchange.request().getHeaders();
        return !location.isEmpty()
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
