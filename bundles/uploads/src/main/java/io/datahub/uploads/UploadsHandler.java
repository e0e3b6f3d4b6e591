package io.datahub.uploads;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.http.HttpMount;
import io.datahub.api.log.LogText;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.user.Authenticator;
import io.datahub.jetty.web.BodyDrainer;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.WriteHeaders;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resumable uploads, under {@code /uploads}: the tus protocol 1.0.0 with creation, creation-with-upload,
 * creation-defer-length, checksum, expiration, termination and concatenation.
 */
@Component(service = Handler.class, configurationPid = "io.datahub.uploads")
@HttpMount(path = UploadsHandler.MOUNT)
@Designate(ocd = UploadsConfiguration.class)
public final class UploadsHandler extends Handler.Abstract {

    static final String MOUNT = "/uploads";

    private static final Logger LOG = LoggerFactory.getLogger(UploadsHandler.class);

    private static final Pattern NAMED = Pattern.compile(MOUNT + "/([0-9a-f]{32})");
    private static final String COLLECTION_METHODS = "POST, OPTIONS";
    private static final String UPLOAD_METHODS = "HEAD, PATCH, DELETE, OPTIONS";

    private final LastingDrafts drafts;
    private final Authenticator authenticator;

    private volatile Destination destination;

    @Activate
    public UploadsHandler(
            @Reference LastingDrafts drafts,
            @Reference Authenticator authenticator,
            UploadsConfiguration configuration) {
        this.authenticator = authenticator;
        this.drafts = drafts;
        destination = new Destination(configuration.directory());
    }

    /** Applies a new configuration; if it is invalid, the previous one is kept. */
    @Modified
    void modified(UploadsConfiguration configuration) {
        try {
            destination = new Destination(configuration.directory());
            LOG.info("event=uploads.config.loaded directory={}", LogText.quoted(destination));
        } catch (IllegalArgumentException e) {
            LOG.error(
                    "event=uploads.config.invalid file=etc/io.datahub.uploads.cfg reason={}",
                    LogText.quoted(e.getMessage()));
        }
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Exchange exchange = new Exchange(request, response, callback);
        response.getHeaders().put(TusHeaders.RESUMABLE, TusHeaders.VERSION).put(Exchange.NOT_STORED);
        String path = request.getHttpURI().getPath();
        Matcher named = NAMED.matcher(path);
        boolean isCollection = path.equals(MOUNT) || path.equals(MOUNT + "/");
        Optional<Refusal> codingRefusal = WriteHeaders.refuseContentEncoding(request.getHeaders());
        Optional<Refusal> refusal;
        if (!isCollection && !named.matches()) {
            refusal = refusal(Reason.NOT_FOUND, "there is no such upload");
        } else if (TusHeaders.method(exchange).equals("OPTIONS")) {
            refusal = capabilities(exchange, isCollection);
        } else if (!exchange.header(TusHeaders.RESUMABLE)
                .filter(TusHeaders.VERSION::equals)
                .isPresent()) {
            response.getHeaders().put("Tus-Version", TusHeaders.VERSION);
            refusal = refusal(
                    Reason.PRECONDITION_FAILED,
                    "the supported version of tus is " + TusHeaders.VERSION + "; send " + TusHeaders.RESUMABLE + ": "
                            + TusHeaders.VERSION);
        } else if (codingRefusal.isPresent()) {
            refusal = codingRefusal;
        } else if (exchange.header("If-Unmodified-Since").isPresent()
                && exchange.header("If-Match").isEmpty()) {
            refusal = refusal(
                    Reason.PRECONDITION_FAILED,
                    "dates aren't precise enough for a condition on an upload; use If-Match with the" + " entity tag");
        } else {
            refusal = isCollection ? handleCollection(exchange) : handleUpload(exchange, named.group(1));
        }
        refusal.ifPresent(found -> BodyDrainer.refuse(exchange, found));
        return true;
    }

    private static Optional<Refusal> refusal(Reason reason, String detail) {
        return Optional.of(new Refusal(reason, detail));
    }

    private Optional<Refusal> capabilities(Exchange exchange, boolean isCollection) {
        exchange.response()
                .getHeaders()
                .put("Tus-Version", TusHeaders.VERSION)
                .put("Tus-Extension", TusHeaders.EXTENSIONS)
                .put("Tus-Max-Size", Long.toString(drafts.maxBytes()))
                .put("Tus-Checksum-Algorithm", Checksum.ALGORITHMS)
                .put(HttpHeader.ALLOW, isCollection ? COLLECTION_METHODS : UPLOAD_METHODS);
        exchange.empty(204);
        return Optional.empty();
    }

    private Optional<Refusal> handleCollection(Exchange exchange) throws IOException {
        if (TusHeaders.method(exchange).equals("POST")) {
            return new UploadCreation(exchange, drafts, new ChunkAppender(drafts, authenticator), destination).run();
        }
        exchange.refuseMethod(COLLECTION_METHODS);
        return Optional.empty();
    }

    private Optional<Refusal> handleUpload(Exchange exchange, String name) throws IOException {
        switch (TusHeaders.method(exchange)) {
            case "HEAD" -> {
                return state(exchange, name);
            }
            case "PATCH" -> {
                return patch(exchange, name);
            }
            case "DELETE" -> {
                return delete(exchange, name);
            }
            default -> {
                exchange.refuseMethod(UPLOAD_METHODS);
                return Optional.empty();
            }
        }
    }

    private Optional<Refusal> state(Exchange exchange, String name) throws IOException {
        Result<LastingDraft> found = drafts.release(exchange.user(), name);
        if (found.isRefused()) {
            return found.refusal();
        }
        LastingDraft draft = found.get();
        TusUpload upload = new TusUpload(draft);
        if (!UploadConditions.check(exchange, upload)) {
            return Optional.empty();
        }
        HttpFields.Mutable headers = exchange.response().getHeaders();
        headers.put(TusHeaders.OFFSET, upload.offset());
        draft.length()
                .ifPresentOrElse(
                        length -> headers.put(TusHeaders.LENGTH, length), () -> headers.put(TusHeaders.DEFERRED, "1"));
        headers.put(TusHeaders.METADATA, draft.notes().get(TusHeaders.METADATA));
        headers.put(Concat.HEADER, draft.notes().get(Concat.HEADER));
        if (draft.isCommitted()) {
            draft.etag().ifPresent(etag -> headers.put(HttpHeader.ETAG, etag));
            headers.put(HttpHeader.CONTENT_LOCATION, TusHeaders.recordUri(upload));
        } else {
            TusHeaders.setExpires(exchange, upload);
        }
        exchange.empty(200);
        return Optional.empty();
    }

    private Optional<Refusal> delete(Exchange exchange, String name) throws IOException {
        Result<LastingDraft> found = drafts.find(exchange.user(), name);
        if (found.isRefused()) {
            return found.refusal();
        }
        if (!UploadConditions.check(exchange, new TusUpload(found.get()))) {
            return Optional.empty();
        }
        Result<LastingDraft> removed = drafts.remove(exchange.user(), name);
        if (!removed.isRefused()) {
            exchange.empty(204);
        }
        return removed.refusal();
    }

    private Optional<Refusal> patch(Exchange exchange, String name) throws IOException {
        if (!UploadCreation.isBytes(exchange)) {
            return UploadCreation.unsupported();
        }
        Optional<Long> offset = TusHeaders.number(exchange, TusHeaders.OFFSET);
        if (offset.isEmpty()) {
            return refusal(Reason.BAD_REQUEST, TusHeaders.OFFSET + " must give the offset of the chunk");
        }
        Result<OptionalLong> length = TusHeaders.length(exchange);
        Result<Optional<Checksum>> checksum = Checksum.parse(exchange.header(Checksum.HEADER));
        if (length.isRefused() || checksum.isRefused()) {
            return length.refusal().or(checksum::refusal);
        }
        Result<LastingDraft> found = drafts.release(exchange.user(), name);
        if (found.isRefused()) {
            return found.refusal();
        }
        if (Concat.isFinal(found.get().notes().get(Concat.HEADER))) {
            return refusal(Reason.FORBIDDEN, "the upload was concatenated from parts and doesn't accept chunks");
        }
        TusUpload upload = new TusUpload(found.get());
        if (!UploadConditions.check(exchange, upload)) {
            return Optional.empty();
        }
        return new ChunkAppender(drafts, authenticator)
                .append(exchange, upload, length.get(), offset.get(), checksum.get(), false);
    }
}
