package io.datahub.auth;

import io.datahub.api.Sha256;
import io.datahub.api.log.LogText;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.auth.users.StoredCredential.Kind;
import io.datahub.auth.users.Users;
import io.datahub.auth.users.UsersDifference;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Audit log of refused logins and changes to users: one line per event, never a token. */
final class AuditLog {

    private static final Logger LOG = LoggerFactory.getLogger("io.datahub.audit");
    private static final int SHOWN_DIGITS = 8;
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@-]{0,23}");

    private final RefusedLoginLog lines =
            new RefusedLoginLog(pairs -> LOG.warn("event=auth.login.refused {}", pairs), System::nanoTime);

    /** Number of refused logins by transport. */
    private final Map<String, LongAdder> refusals = new ConcurrentSkipListMap<>();

    void refused(String user, Origin origin, String reason) {
        refusals.computeIfAbsent(origin.transport(), transport -> new LongAdder())
                .increment();
        lines.add(user, origin, reason);
    }

    /** Writes refused logins that have been counted for a minute. */
    void writeOverdue() {
        lines.writeOverdue();
    }

    /** Writes all refused logins that have only been counted. */
    void close() {
        lines.write();
    }

    void report(MetricReport report) {
        refusals.forEach((transport, count) -> report.counter(
                "datahub_logins_refused_total", "Logins that were refused", count.sum(), "transport", transport));
    }

    /** Logs each user, grant and credential added or removed between two versions of the users file. */
    void changed(Users before, Users after, String etag, String by) {
        List<String> differences = UsersDifference.between(before, after);
        differences.forEach(difference ->
                LOG.info("event=auth.users.changed {} version={} by={}", difference, etag, LogText.quoted(by)));
    }

    void issued(String user, Credential token, Login by) {
        LOG.info("event=auth.token.issued {}", pairs(user, token, by));
    }

    void rotated(String user, Credential token, Login by) {
        LOG.info("event=auth.token.rotated {}", pairs(user, token, by));
    }

    void revoked(String user, Credential token, Login by) {
        LOG.info("event=auth.token.revoked {}", pairs(user, token, by));
    }

    void shortLivedIssued(String user, Credential token, Login by) {
        LOG.info("event=auth.short-lived.issued {}", pairs(user, token, by));
    }

    /** Which token it is, who did it, and from where. */
    private static String pairs(String user, Credential token, Login by) {
        return "user=" + user + " begins=" + shown(token) + " label="
                + LogText.quoted(token.label())
                + token.expires().map(end -> " expires=" + end).orElse("") + " by="
                + LogText.quoted(by.user().toString()) + " transport="
                + by.origin().transport() + " address="
                + by.origin().address().getHostAddress();
    }

    private static String shown(Credential credential) {
        return credential.kind().equals(Kind.SSH_KEY.word())
                ? credential.id()
                : credential.id().substring(0, SHOWN_DIGITS);
    }

    /**
     * The claimed user name in a form that is safe to log. People do enter a token as user name, so a name is hidden if
     * it isn't a user's and might be a token.
     */
    String showable(String claimed, Users users) {
        boolean known = users.named(claimed).isPresent();
        boolean plain = PLAIN_NAME.matcher(claimed).matches()
                && !claimed.startsWith("dh_")
                && users.owning(Kind.TOKEN, Sha256.hex(claimed)).isEmpty();
        return known || plain || claimed.isEmpty() ? claimed : "(not shown)";
    }
}
