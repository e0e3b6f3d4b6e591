package io.datahub.http.files;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.ContentDisposition;
import io.datahub.jetty.web.Digests;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.HttpDate;
import io.datahub.jetty.web.InPlace;
import io.datahub.jetty.web.Query;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Fields;

/** {@code GET} and {@code HEAD} of a record. */
final class Download {

    private static final HttpField BYTES = new PreEncodedHttpField(HttpHeader.ACCEPT_RANGES, "bytes");

    private final RecordStore store;
    private final MediaTypes types;
    private final Accelerator accelerator;
    private final SmallRecordCache cache;

    Download(RecordStore store, MediaTypes types, Accelerator accelerator, SmallRecordCache cache) {
        this.cache = cache;
        this.accelerator = accelerator;
        this.store = store;
        this.types = types;
    }

    /** Responds with the record, or returns the refusal. */
    Optional<Refusal> respond(Exchange exchange, FileTarget target, Fields query) throws IOException {
        Result<Conditions> conditions = Conditions.of(exchange.request().getHeaders());
        if (conditions.isRefused()) {
            return conditions.refusal();
        }
        boolean asAttachment = Query.flag(query, "download");
        Optional<RecordVersion> current = store.peek(exchange.user(), target.path());
        if (current.isEmpty() && mustOpen(exchange, conditions.get())) {
            return open(exchange, target, conditions.get(), asAttachment);
        }
        Result<RecordVersion> found =
                current.isPresent() ? Result.done(current.get()) : store.find(exchange.user(), target.path());
        Optional<byte[]> cached = current.flatMap(cache::use);
        if (cached.isPresent()) {
            InPlace.allowNext(exchange.request());
        }
        if (found.isRefused()
                || !passesConditions(exchange, found.get(), conditions.get())
                || sendWithoutOpening(exchange, found.get(), cached, asAttachment)) {
            return found.refusal();
        }
        return open(exchange, target, conditions.get(), asAttachment);
    }

    /** Whether only the bytes of the record can answer the request, so that its version needn't be looked up before. */
    private boolean mustOpen(Exchange exchange, Conditions conditions) {
        return !exchange.is(HttpMethod.HEAD) && conditions.isEmpty() && !accelerator.isWanted(exchange);
    }

    private Optional<Refusal> open(Exchange exchange, FileTarget target, Conditions conditions, boolean asAttachment)
            throws IOException {
        Result<Reading> opened = store.open(exchange.user(), target.path());
        if (!opened.isRefused()) {
            send(exchange, opened.get(), conditions, asAttachment);
        }
        return opened.refusal();
    }

    /**
     * Responds without blocking, if the record was in use a moment ago and is in the cache.
     *
     * @return whether it has responded
     */
    boolean respondInPlace(Exchange exchange, FileTarget target, Fields query) throws IOException {
        if (!cache.isInUse(target.path()) || !InPlace.take(exchange.request())) {
            return false;
        }
        Result<Conditions> conditions = Conditions.of(exchange.request().getHeaders());
        Optional<RecordVersion> current = store.peek(exchange.user(), target.path());
        Optional<byte[]> cached = current.flatMap(cache::use);
        if (conditions.isRefused() || cached.isEmpty()) {
            return false;
        }
        InPlace.allowNext(exchange.request());
        return !passesConditions(exchange, current.get(), conditions.get())
                || sendWithoutOpening(exchange, current.get(), cached, Query.flag(query, "download"));
    }

    /** Responds without opening the record: to HEAD, from the cache, or by a redirect for nginx. */
    private boolean sendWithoutOpening(
            Exchange exchange, RecordVersion version, Optional<byte[]> cached, boolean asAttachment)
            throws IOException {
        if (exchange.is(HttpMethod.HEAD)) {
            exchange.empty(prepare(exchange, version, asAttachment).status());
            return true;
        }
        if (cached.isEmpty() && !accelerator.isEligible(exchange, version)) {
            return false;
        }
        ContentPlan content = prepare(exchange, version, asAttachment);
        if (content.parts().size() != 1) {
            return false;
        }
        if (cached.isPresent()) {
            send(exchange, content, cached.get());
        } else {
            exchange.response().getHeaders().remove(HttpHeader.CONTENT_RANGE);
            exchange.response().getHeaders().put(HttpHeader.CONTENT_LENGTH, 0);
            accelerator.redirect(exchange, version);
        }
        return true;
    }

    private static void send(Exchange exchange, ContentPlan content, byte[] bytes) {
        ByteRange range = content.parts().get(0).range();
        exchange.response().setStatus(content.status());
        exchange.response()
                .write(true, ByteBuffer.wrap(bytes, (int) range.first(), (int) range.length()), exchange.callback());
    }

    private void send(Exchange exchange, Reading reading, Conditions conditions, boolean asAttachment)
            throws IOException {
        boolean sendingStarted = false;
        try {
            RecordVersion version = reading.version();
            if (!passesConditions(exchange, version, conditions)) {
                return;
            }
            ContentPlan content = prepare(exchange, version, asAttachment);
            if (content.status() == Reason.RANGE_NOT_SATISFIABLE.status()) {
                exchange.refuse(Reason.RANGE_NOT_SATISFIABLE, "the record has no bytes in this range");
            } else if (version.size() == 0) {
                exchange.empty(content.status());
            } else if (cache.isCacheable(version) && content.parts().size() == 1) {
                byte[] bytes = RecordBody.readAll(reading);
                cache.put(version, bytes);
                send(exchange, content, bytes);
            } else {
                exchange.response().setStatus(content.status());
                RecordBody body = new RecordBody(exchange, reading, content.parts());
                sendingStarted = true;
                body.iterate();
            }
        } finally {
            if (!sendingStarted) {
                reading.close();
            }
        }
    }

    /** Evaluates the conditions, and responds if the record must not be sent. */
    private static boolean passesConditions(Exchange exchange, RecordVersion version, Conditions conditions) {
        switch (conditions.outcome(version)) {
            case NOT_MODIFIED -> {
                setVersionHeaders(exchange, version);
                exchange.empty(304);
                return false;
            }
            case FAILED -> {
                exchange.refuse(
                        Reason.PRECONDITION_FAILED, "the current version of the record doesn't match the condition");
                return false;
            }
            default -> {
                return true;
            }
        }
    }

    private static void setVersionHeaders(Exchange exchange, RecordVersion version) {
        HttpFields.Mutable headers = exchange.response().getHeaders();
        Instant received = Instant.ofEpochMilli(Request.getTimeStamp(exchange.request()));
        headers.put(Exchange.REVALIDATE);
        headers.put(HttpHeader.LAST_MODIFIED, HttpDate.lastModified(version.modified(), received));
        version.etag().ifPresent(etag -> headers.put(HttpHeader.ETAG, etag));
    }

    /** Sets the response headers and determines the body. */
    private ContentPlan prepare(Exchange exchange, RecordVersion version, boolean asAttachment) {
        HttpFields.Mutable headers = exchange.response().getHeaders();
        String name = version.path().name();
        String type = MediaTypes.of(name);
        setVersionHeaders(exchange, version);
        headers.put(BYTES);
        if (asAttachment || types.isAttachment(type)) {
            headers.put(HttpHeader.CONTENT_DISPOSITION, ContentDisposition.attachment(name));
        }
        ContentPlan content = ContentPlan.of(exchange, version, type);
        version.etag()
                .flatMap(etag -> version.sha256())
                .ifPresent(sha256 -> putDigests(exchange, content, Digests.format(sha256)));
        if (content.contentRange() != null) {
            headers.put(HttpHeader.CONTENT_RANGE, content.contentRange());
        }
        if (content.status() != Reason.RANGE_NOT_SATISFIABLE.status()) {
            headers.put(HttpHeader.CONTENT_TYPE, content.type());
            headers.put(HttpHeader.CONTENT_LENGTH, content.length());
        }
        return content;
    }

    /** Adds the digest of the record to every response, and the digest of the body to a complete one on demand. */
    private static void putDigests(Exchange exchange, ContentPlan content, String digest) {
        HttpFields.Mutable headers = exchange.response().getHeaders();
        headers.put(Digests.REPR_DIGEST, digest);
        if (content.status() == 200
                && Digests.isSha256Wanted(exchange.request().getHeaders().getValuesList(Digests.WANT_CONTENT_DIGEST))) {
            headers.put(Digests.CONTENT_DIGEST, digest);
        }
    }
}
