package io.datahub.ssh.sftp.wire;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** A line of a listing like that of {@code ls -l}, which old clients parse. Times are in UTC. */
public final class LongName {

    private static final Duration RECENT = Duration.ofDays(183);
    private static final DateTimeFormatter WITH_TIME = formatter("MMM ppd HH:mm");
    private static final DateTimeFormatter WITH_YEAR = formatter("MMM ppd  yyyy");

    private LongName() {}

    private static DateTimeFormatter formatter(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    public static String of(String name, Attributes attributes, String owner, Instant now) {
        Instant modified = attributes.modified().orElse(now);
        boolean recent = Duration.between(modified, now).abs().compareTo(RECENT) < 0;
        return String.format(
                Locale.ROOT,
                "%s    1 %-8s %-8s %8d %s %s",
                attributes.isDirectory() ? "drwxr-xr-x" : "-rw-r--r--",
                owner,
                "hub",
                attributes.size().orElse(0),
                (recent ? WITH_TIME : WITH_YEAR).format(modified),
                name);
    }
}
