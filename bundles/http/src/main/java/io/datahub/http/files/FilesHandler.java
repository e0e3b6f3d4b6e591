package io.datahub.http.files;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.disk.DiskRecords;
import io.datahub.api.http.HttpMount;
import io.datahub.api.record.Change;
import io.datahub.api.record.Draft;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.http.HttpConfiguration;
import io.datahub.http.tree.ArchiveDownload;
import io.datahub.jetty.web.BodyDrainer;
import io.datahub.jetty.web.BodyReader;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.HeaderValue;
import io.datahub.jetty.web.InPlace;
import io.datahub.jetty.web.Query;
import io.datahub.jetty.web.WriteHeaders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;

/** The records, under {@code /files}. */
@Component(service = Handler.class, configurationPid = "io.datahub.http")
@HttpMount(path = FileTarget.MOUNT)
@Designate(ocd = HttpConfiguration.class)
public final class FilesHandler extends Handler.Abstract {

    private static final String METHODS = "GET, HEAD, POST, PUT, DELETE, MOVE, OPTIONS";
    private static final Set<Reason> MAYBE_DIRECTORY = EnumSet.of(Reason.NOT_FOUND, Reason.CONFLICT, Reason.FORBIDDEN);

    private final RecordStore store;
    private final Authenticator authenticator;
    private final DirectoryListing listing;
    private final MoveMethod move;
    private final Optional<Path> links;
    private volatile Settings settings;

    /** Values of the configuration. A request in progress keeps the values it started with. */
    private record Settings(Download download, int maxFormParts, Accelerator accelerator, EncodedSlashes slashes) {}

    /** @param records null if the records aren't files on this hub's disk, so that no web server can send them */
    @Activate
    public FilesHandler(
            @Reference RecordStore store,
            @Reference Authenticator authenticator,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    DiskRecords records,
            HttpConfiguration configuration) {
        super(InvocationType.EITHER);
        this.authenticator = authenticator;
        this.store = store;
        links = Optional.ofNullable(records).map(DiskRecords::servedLinks);
        listing = new DirectoryListing(store);
        move = new MoveMethod(store, authenticator);
        settings = settings(configuration);
    }

    private Settings settings(HttpConfiguration configuration) {
        EncodedSlashes slashes = new EncodedSlashes(configuration.encodedSlashPaths());
        MediaTypes types = new MediaTypes(configuration.inlineTypes());
        SmallRecordCache cache = new SmallRecordCache(configuration.cacheBytes(), System::nanoTime);
        Accelerator accelerator = new Accelerator(links, configuration.accelLocation(), configuration.accelMinBytes());
        return new Settings(
                new Download(store, types, accelerator, cache), configuration.maxFormParts(), accelerator, slashes);
    }

    /** Applies a new configuration to subsequent requests. */
    @Modified
    void modified(HttpConfiguration changed) {
        Settings previous = settings;
        settings = settings(changed);
        previous.accelerator().close();
    }

    @Deactivate
    public void deactivate() {
        settings.accelerator().close();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Exchange exchange = new Exchange(request, response, callback);
        response.getHeaders().put(ContentSandbox.UPLOADED);
        response.getHeaders().put(Exchange.NO_SNIFFING);
        Result<FileTarget> target = FileTarget.parse(request.getHttpURI().getPath(), settings.slashes());
        Result<Fields> query = exchange.query();
        Optional<Refusal> malformed = target.refusal().or(query::refusal);
        if (malformed.isPresent()) {
            BodyDrainer.refuse(exchange, malformed.get());
            return true;
        }
        if (InPlace.isRequired()) {
            if (!exchange.isRead()
                    || target.get().isDirectory()
                    || ArchiveDownload.isRequested(query.get())
                    || !settings.download().respondInPlace(exchange, target.get(), query.get())) {
                InPlace.leave(request, response, callback, () -> handle(request, response, callback));
            }
            return true;
        }
        HttpMethod method = HttpMethod.fromString(request.getMethod());
        switch (method == null ? HttpMethod.TRACE : method) {
            case GET, HEAD -> read(exchange, target.get(), query.get());
            case POST, PUT ->
                write(exchange, target.get(), query.get()).ifPresent(refusal -> BodyDrainer.refuse(exchange, refusal));
            case MOVE ->
                move.respond(exchange, target.get(), Query.flag(query.get(), "dry-run"), settings.slashes())
                        .ifPresent(refusal -> BodyDrainer.refuse(exchange, refusal));
            case DELETE -> delete(exchange, target.get(), query.get()).ifPresent(exchange::refuse);
            default -> exchange.refuseMethod(METHODS);
        }
        return true;
    }

    private void read(Exchange exchange, FileTarget target, Fields query) throws IOException {
        Optional<Refusal> refusal;
        if (exchange.request().getHttpURI().getPath().equals(FileTarget.MOUNT)
                && DirectoryListing.prefersHtml(exchange)) {
            redirect(exchange, FileTarget.MOUNT + "/"); // to which the links of the page are relative
            return;
        }
        if (target.isDirectory()) {
            refusal = listing.respond(exchange, target, query);
        } else if (ArchiveDownload.isRequested(query)
                && !store.find(exchange.user(), target.path()).isRefused()) {
            refusal = Optional.of(new Refusal(Reason.BAD_REQUEST, "only a directory can be sent as an archive"));
        } else {
            refusal = settings.download().respond(exchange, target, query);
        }
        if (refusal.isEmpty()) {
            return;
        }
        if (!target.isDirectory() && isDirectory(exchange, target, refusal.get())) {
            redirect(exchange, FileTarget.uri(target.path()) + "/");
        } else {
            exchange.refuse(refusal.get());
        }
    }

    private static void redirect(Exchange exchange, String path) {
        String query = exchange.request().getHttpURI().getQuery();
        exchange.response().getHeaders().put(HttpHeader.LOCATION, path + (query == null ? "" : "?" + query));
        exchange.empty(308);
    }

    /** Whether the path is not a record but a directory that the user may list. */
    private boolean isDirectory(Exchange exchange, FileTarget target, Refusal refusal) throws IOException {
        return MAYBE_DIRECTORY.contains(refusal.reason())
                && exchange.user().mayEnter(target.path())
                && !store.list(exchange.user(), target.path(), "", 1).isRefused();
    }

    private Optional<Refusal> write(Exchange exchange, FileTarget target, Fields query) throws IOException {
        Login login = exchange.login().orElseThrow();
        Result<WriteHeaders> headers = WriteHeaders.of(exchange.request().getHeaders());
        if (headers.isRefused()) {
            return headers.refusal();
        }
        boolean dryRun = Query.flag(query, "dry-run");
        if (target.isDirectory() && exchange.is(HttpMethod.PUT)) {
            return DirectoryBody.read(
                    exchange, store, headers.get().request(login, authenticator, target.path(), 0), dryRun);
        }
        if (target.isDirectory()) {
            return writeForm(exchange, target, headers.get(), dryRun);
        }
        if (isForm(exchange) && !Query.flag(query, "raw")) {
            return Optional.of(new Refusal(
                    Reason.UNSUPPORTED_MEDIA_TYPE,
                    "the form would be stored as it is, with its boundaries; to store its files, post it"
                            + " to a directory, whose path ends in /; to store the form itself, add ?raw"));
        }
        Result<Draft> begun = store.begin(headers.get()
                .request(login, authenticator, target.path(), exchange.request().getLength()));
        if (!begun.isRefused()) {
            RecordUploadBody upload = new RecordUploadBody(exchange, target.path(), begun.get(), dryRun);
            new BodyReader(exchange.request(), upload).run();
        }
        return begun.refusal();
    }

    private static boolean isForm(Exchange exchange) {
        return exchange.header(HttpHeader.CONTENT_TYPE)
                .filter(type -> HeaderValue.mediaType(type).equalsIgnoreCase("multipart/form-data"))
                .isPresent();
    }

    private Optional<Refusal> writeForm(Exchange exchange, FileTarget target, WriteHeaders headers, boolean dryRun)
            throws IOException {
        if (!exchange.user().mayCreateIn(target.path())) {
            return Optional.of(
                    new Refusal(Reason.FORBIDDEN, "you have no grant to write anything in /" + target.path()));
        }
        if (!store.find(exchange.user(), target.path()).isRefused()) {
            return Optional.of(
                    new Refusal(Reason.CONFLICT, target.path() + " is a record; a form is posted to a directory"));
        }
        String type = exchange.header(HttpHeader.CONTENT_TYPE).orElse("");
        if (!isForm(exchange)) {
            return Optional.of(new Refusal(
                    Reason.UNSUPPORTED_MEDIA_TYPE,
                    "a directory accepts multipart/form-data; to write a record, omit the / at the end"));
        }
        Result<HeaderValue> parsed = HeaderValue.parse(type);
        Optional<String> boundary =
                parsed.isRefused() ? Optional.empty() : parsed.get().parameter("boundary");
        if (boundary.filter(FormParser::isBoundary).isEmpty()) {
            return Optional.of(new Refusal(
                    Reason.BAD_REQUEST,
                    "the Content-Type of a form must have one boundary of 1 to 70 characters (RFC 2046," + " 5.1.1)"));
        }
        if (!headers.digests().isEmpty()) {
            return Optional.of(new Refusal(Reason.BAD_REQUEST, "digests can't be checked for a form; use PUT"));
        }
        FormParts parts = new FormParts(store, authenticator, exchange.login().orElseThrow(), target.path(), headers);
        new BodyReader(
                        exchange.request(),
                        new FormUpload(exchange, parts, boundary.get(), settings.maxFormParts(), dryRun))
                .run();
        return Optional.empty();
    }

    private Optional<Refusal> delete(Exchange exchange, FileTarget target, Fields query) throws IOException {
        Result<WriteHeaders> headers = WriteHeaders.of(exchange.request().getHeaders());
        if (headers.isRefused()) {
            return headers.refusal();
        }
        if (Query.flag(query, "dry-run")) {
            return Optional.of(new Refusal(Reason.BAD_REQUEST, "DELETE doesn't support dry-run"));
        }
        if (target.isDirectory() && !store.find(exchange.user(), target.path()).isRefused()) {
            return Optional.of(new Refusal(Reason.CONFLICT, "the path has a / at the end but names a record"));
        }
        var request = headers.get().request(exchange.login().orElseThrow(), authenticator, target.path(), -1);
        Result<List<Change>> deletion =
                Query.flag(query, "recursive") ? store.deleteTree(request) : store.delete(request);
        if (!deletion.isRefused()) {
            exchange.empty(204);
        }
        return deletion.refusal();
    }
}
