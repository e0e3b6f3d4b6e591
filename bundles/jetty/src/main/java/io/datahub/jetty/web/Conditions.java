package io.datahub.jetty.web;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordVersion;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** The conditional headers of a request, evaluated in the order of RFC 9110, 13.2.2. A malformed date is ignored. */
public record Conditions(
        Optional<EntityTags> ifMatch,
        Optional<Instant> ifUnmodifiedSince,
        Optional<EntityTags> ifNoneMatch,
        Optional<Instant> ifModifiedSince) {

    /** The result of the conditions of a read request. */
    public enum Outcome {
        PROCEED,
        NOT_MODIFIED,
        FAILED
    }

    public static Result<Conditions> of(HttpFields headers) {
        return tags(headers, HttpHeader.IF_MATCH)
                .then(match -> tags(headers, HttpHeader.IF_NONE_MATCH)
                        .then(noneMatch -> Result.done(new Conditions(
                                match,
                                HttpDate.parse(headers.get(HttpHeader.IF_UNMODIFIED_SINCE)),
                                noneMatch,
                                HttpDate.parse(headers.get(HttpHeader.IF_MODIFIED_SINCE))))));
    }

    /** Whether the request has none. */
    public boolean isEmpty() {
        return Stream.of(ifMatch, ifUnmodifiedSince, ifNoneMatch, ifModifiedSince)
                .allMatch(Optional::isEmpty);
    }

    /**
     * Evaluates the conditions of a request whose target has neither entity tag nor date, and responds if they fail.
     *
     * @param exists whether the target exists and can be read
     * @return whether to proceed
     */
    public static boolean check(Exchange exchange, boolean exists) {
        return check(exchange, exists, Optional.empty());
    }

    /**
     * Evaluates the conditions of a request whose target has no date, and responds if they fail.
     *
     * @param exists whether the target exists and can be read
     * @param etag the entity tag of the target, including quotes
     * @return whether to proceed
     */
    public static boolean check(Exchange exchange, boolean exists, Optional<String> etag) {
        Result<Conditions> conditions = of(exchange.request().getHeaders());
        if (conditions.isRefused()) {
            BodyDrainer.refuse(exchange, conditions.refusal().orElseThrow());
            return false;
        }
        Outcome outcome = conditions.get().outcomeWithoutDate(exists, etag);
        if (outcome == Outcome.NOT_MODIFIED && exchange.isRead()) {
            exchange.empty(304);
        } else if (outcome != Outcome.PROCEED) {
            BodyDrainer.refuse(exchange, failed());
        }
        return outcome == Outcome.PROCEED;
    }

    /** What is said to a client whose condition is false. */
    public static Refusal failed() {
        return new Refusal(
                Reason.PRECONDITION_FAILED,
                "the condition is false: the resource doesn't match it, or has no entity tag or date to match");
    }

    private static Result<Optional<EntityTags>> tags(HttpFields headers, HttpHeader name) {
        var values = headers.getValuesList(name);
        return values.isEmpty()
                ? Result.done(Optional.empty())
                : EntityTags.parse(String.join(", ", values)).then(tags -> Result.done(Optional.of(tags)));
    }

    /** Evaluates the conditions against a version that is to be read. */
    public Outcome outcome(RecordVersion version) {
        if (!mayProceed(version)) {
            return Outcome.FAILED;
        }
        if (ifNoneMatch.isPresent()) {
            return ifNoneMatch.get().matchWeakly(version.etag()) ? Outcome.NOT_MODIFIED : Outcome.PROCEED;
        }
        return ifModifiedSince.filter(date -> isNoNewerThan(version, date)).isPresent()
                ? Outcome.NOT_MODIFIED
                : Outcome.PROCEED;
    }

    /**
     * Whether a target that has no date may be changed.
     *
     * @param exists whether it exists
     * @param etag its entity tag, including quotes
     */
    public boolean permit(boolean exists, Optional<String> etag) {
        return outcomeWithoutDate(exists, etag) == Outcome.PROCEED;
    }

    /**
     * Evaluates the conditions against a target that has no date, such as a directory. Dates are never conclusive:
     * {@code If-Unmodified-Since} fails, and {@code If-Modified-Since} is ignored.
     */
    private Outcome outcomeWithoutDate(boolean exists, Optional<String> etag) {
        boolean mayProceed =
                ifMatch.map(tags -> exists && tags.matchStrongly(etag)).orElse(ifUnmodifiedSince.isEmpty());
        if (!mayProceed) {
            return Outcome.FAILED;
        }
        return ifNoneMatch.filter(tags -> exists && tags.matchWeakly(etag)).isPresent()
                ? Outcome.NOT_MODIFIED
                : Outcome.PROCEED;
    }

    private boolean mayProceed(RecordVersion version) {
        if (ifMatch.isPresent()) {
            return ifMatch.get().matchStrongly(version.etag());
        }
        return ifUnmodifiedSince.filter(date -> !isNoNewerThan(version, date)).isEmpty();
    }

    /**
     * Whether the version definitely existed at that time. A date has a resolution of one second, in which there can
     * have been several versions: one that was created later in that second is newer than the date. Nothing is certain
     * while another process writes to the file.
     */
    private static boolean isNoNewerThan(RecordVersion version, Instant date) {
        return version.etag().isPresent() && !version.modified().isAfter(date);
    }

    /** The precondition on the version that a write replaces. */
    public Precondition precondition() {
        return ifMatch.isEmpty() && ifUnmodifiedSince.isEmpty() && ifNoneMatch.isEmpty()
                ? Precondition.NONE
                : this::holds;
    }

    private boolean holds(Optional<RecordVersion> current) {
        if (current.isEmpty()) {
            return ifMatch.isEmpty();
        }
        return mayProceed(current.get())
                && ifNoneMatch
                        .filter(tags -> tags.matchWeakly(current.get().etag()))
                        .isEmpty();
    }
}
