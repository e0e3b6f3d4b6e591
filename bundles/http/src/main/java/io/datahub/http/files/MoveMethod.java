package io.datahub.http.files;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.json.JsonText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.MoveRequest;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.WriteHeaders;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.jetty.http.HttpHeader;

/** Moves records and directories: {@code MOVE} (RFC 4918, 9.9). Preconditions apply to the old path. */
final class MoveMethod {

    private final RecordStore store;
    private final Authenticator authenticator;

    MoveMethod(RecordStore store, Authenticator authenticator) {
        this.store = store;
        this.authenticator = authenticator;
    }

    /** Moves the target of the request, and responds unless that is refused. */
    Optional<Refusal> respond(Exchange exchange, FileTarget source, boolean dryRun, EncodedSlashes slashes)
            throws IOException {
        if (dryRun) {
            return refusal(Reason.BAD_REQUEST, "MOVE doesn't support dry-run");
        }
        if (exchange.request().getLength() > 0) {
            return refusal(Reason.UNSUPPORTED_MEDIA_TYPE, "MOVE has no body");
        }
        String overwrite = exchange.header("Overwrite").orElse("T").strip();
        if (!overwrite.equals("T") && !overwrite.equals("F")) {
            return refusal(Reason.BAD_REQUEST, "Overwrite must be T or F");
        }
        Result<WriteHeaders> headers = WriteHeaders.of(exchange.request().getHeaders());
        Destination destination = new Destination(slashes, store.urls());
        Result<FileTarget> target = destination.parse(exchange);
        Optional<Refusal> malformed = headers.refusal().or(target::refusal);
        if (malformed.isPresent()) {
            return malformed;
        }
        if (destination.isElsewhere(exchange)) {
            exchange.refuse(
                    Destination.OTHER_SERVER,
                    new Refusal(
                            Reason.BAD_REQUEST,
                            "Destination is on another server than the request; use the same host, or a path"));
            return Optional.empty();
        }
        return move(exchange, source, target.get(), headers.get(), overwrite.equals("T"));
    }

    private Optional<Refusal> move(
            Exchange exchange, FileTarget source, FileTarget target, WriteHeaders headers, boolean replace)
            throws IOException {
        boolean slash = source.isDirectory() || target.isDirectory();
        if (slash && !store.find(exchange.user(), source.path()).isRefused()) {
            return refusal(
                    Reason.CONFLICT, "one of the paths has a / at the end, but " + source.path() + " is a record");
        }
        Login login = exchange.login().orElseThrow();
        Result<List<Change>> moved = store.move(new MoveRequest(
                login.user(),
                login.origin().toString(),
                source.path(),
                target.path(),
                headers.precondition(),
                replace,
                () -> authenticator.renew(login).map(Login::user)));
        if (!moved.isRefused()) {
            respond(exchange, target.path(), moved.get());
        }
        return moved.refusal();
    }

    private static void respond(Exchange exchange, RecordPath target, List<Change> changes) {
        boolean isRecord = !changes.isEmpty() && changes.get(0).path().equals(target);
        if (isRecord) {
            RecordUploadBody.respond(exchange, changes.get(0));
            return;
        }
        respondWithDirectory(
                exchange,
                201,
                target,
                OptionalLong.of(changes.stream()
                        .filter(change -> change.type() == Change.Type.DELETED)
                        .count()));
    }

    /**
     * Responds with a directory that was created, or is there already.
     *
     * @param moved the number of records that were moved into it, if it was moved
     */
    static void respondWithDirectory(Exchange exchange, int status, RecordPath directory, OptionalLong moved) {
        exchange.response().getHeaders().put(HttpHeader.LOCATION, FileTarget.uri(directory) + "/");
        exchange.json(status, JsonText.of(json -> {
            json.writeStartObject();
            json.writeStringField("path", directory.toString());
            if (moved.isPresent()) {
                json.writeNumberField("moved", moved.getAsLong());
            }
            json.writeEndObject();
        }));
    }

    private static Optional<Refusal> refusal(Reason reason, String detail) {
        return Optional.of(new Refusal(reason, detail));
    }
}
