package io.datahub.api.event;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Identifies a session among those of all hubs. Ordered by hub, then by number.
 *
 * @param hub the name of the hub that the session is connected to; empty if there is only one
 * @param number unique among the sessions since that hub was started
 */
public record SessionId(String hub, long number) implements Comparable<SessionId> {

    private static final Pattern FORM = Pattern.compile("(?:(?<hub>[^/]+)/)?(?<number>[0-9]{1,18})");

    /**
     * A session of a hub that is the only one.
     *
     * @param number its number
     */
    public SessionId(long number) {
        this("", number);
    }

    /**
     * Parses the result of {@link #toString}.
     *
     * @param text the text
     * @return the ID, or a refusal ({@link Reason#BAD_REQUEST})
     */
    public static Result<SessionId> parse(String text) {
        Matcher parts = FORM.matcher(text);
        return parts.matches()
                ? Result.done(new SessionId(
                        parts.group("hub") == null ? "" : parts.group("hub"), Long.parseLong(parts.group("number"))))
                : Result.refused(
                        Reason.BAD_REQUEST,
                        "a session's ID is a number, or HUB/NUMBER in a cluster; datahub:clients lists the sessions");
    }

    @Override
    public int compareTo(SessionId other) {
        int byHub = hub.compareTo(other.hub);
        return byHub != 0 ? byHub : Long.compare(number, other.number);
    }

    /** The number, in a cluster after the hub's name and a slash. */
    @Override
    public String toString() {
        return hub.isEmpty() ? Long.toString(number) : hub + "/" + number;
    }
}
