package io.datahub.http.files;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Draft;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.jetty.web.WriteHeaders;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Stages each part of a form that has a file name; other parts are ignored. */
final class FormParts implements FormParser.Listener, AutoCloseable {

    private final RecordStore store;
    private final Authenticator authenticator;
    private final Login login;
    private final RecordPath directory;
    private final WriteHeaders headers;
    private final List<Staged> staged = new ArrayList<>();
    private Staged current;

    FormParts(RecordStore store, Authenticator authenticator, Login login, RecordPath directory, WriteHeaders headers) {
        this.store = store;
        this.authenticator = authenticator;
        this.login = login;
        this.directory = directory;
        this.headers = headers;
    }

    /** The parts received so far, in order. */
    List<Staged> staged() {
        return staged;
    }

    @Override
    public Optional<Refusal> begin(FormPart part) throws IOException {
        current = null;
        if (part.fileName().isEmpty()) {
            return Optional.empty();
        }
        Result<RecordPath> path = directory.child(part.fileName()).then(this::requireUnique);
        if (path.isRefused()) {
            return path.refusal();
        }
        Result<Draft> begun = store.begin(headers.request(login, authenticator, path.get(), -1));
        if (begun.isRefused()) {
            return begun.refusal().map(reason -> withPath(path.get(), reason));
        }
        current = new Staged(path.get(), begun.get());
        staged.add(current);
        return Optional.empty();
    }

    private Result<RecordPath> requireUnique(RecordPath path) {
        return staged.stream().anyMatch(part -> part.path().equals(path))
                ? Result.refused(Reason.BAD_REQUEST, "the form has two parts named " + path)
                : Result.done(path);
    }

    @Override
    public Optional<Refusal> content(ByteBuffer bytes) throws IOException {
        return current == null ? Optional.empty() : current.write(bytes);
    }

    /** Discards the parts that were not committed. */
    @Override
    public void close() {
        staged.forEach(part -> part.draft().close());
    }

    private static Refusal withPath(RecordPath path, Refusal refusal) {
        return new Refusal(
                refusal.reason(), path + ": " + refusal.detail(), refusal.violations(), refusal.retryAfter());
    }

    /** A part that has been received, or is being received. */
    static final class Staged {
        private final RecordPath path;
        private final Draft draft;
        private long size;

        Staged(RecordPath path, Draft draft) {
            this.path = path;
            this.draft = draft;
        }

        RecordPath path() {
            return path;
        }

        Draft draft() {
            return draft;
        }

        long size() {
            return size;
        }

        private Optional<Refusal> write(ByteBuffer bytes) throws IOException {
            size += bytes.remaining();
            return draft.append(bytes).map(this::withPath);
        }

        /** Prefixes the detail of the refusal with the path. */
        Refusal withPath(Refusal refusal) {
            return FormParts.withPath(path, refusal);
        }
    }
}
