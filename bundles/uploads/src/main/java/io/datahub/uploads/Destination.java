package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.user.User;
import io.datahub.jetty.web.Exchange;
import org.eclipse.jetty.util.Fields;

/** The target directory of uploads that have a file name but no path. */
final class Destination {

    private static final String TO = "to";
    private static final String USER = "{user}";

    private final String configured;

    /**
     * @param configured a directory, in which {@code {user}} stands for the name of the user; empty if the client must
     *     specify it
     * @throws IllegalArgumentException if it is not a valid path
     */
    Destination(String configured) {
        this.configured = configured.strip();
        Result<RecordPath> path = directory(this.configured.replace(USER, "u"));
        if (path.isRefused()) {
            throw new IllegalArgumentException(
                    "directory is " + configured + "; it must be a path such as inbox/{user}/: "
                            + path.refusal().orElseThrow().detail());
        }
    }

    /** The directory given in the query of the request, or else in the configuration. */
    Result<RecordPath> of(Exchange exchange) {
        return exchange.query().then(query -> of(query, exchange.user()));
    }

    private Result<RecordPath> of(Fields query, User user) {
        Fields.Field to = query.get(TO);
        if (to != null) {
            return to.hasMultipleValues()
                    ? Result.refused(Reason.BAD_REQUEST, "the query has to= more than once")
                    : directory(to.getValue());
        }
        return configured.isEmpty()
                ? Result.refused(
                        Reason.BAD_REQUEST,
                        "the upload has a file name but no directory; add ?to=DIR/ to the URL that creates"
                                + " it, or send the whole path as path")
                : directory(configured.replace(USER, user.name()));
    }

    private static Result<RecordPath> directory(String text) {
        return RecordPath.parse(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    }

    @Override
    public String toString() {
        return configured;
    }
}
