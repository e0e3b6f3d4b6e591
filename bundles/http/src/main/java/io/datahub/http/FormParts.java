package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.Upload;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.MultiPart;
import org.eclipse.jetty.io.Content;

/**
 * Stages each part of a form that has a file name; other parts are passed over. What goes wrong is kept until it is asked
 * for, since the parser doesn't hand on what a listener throws.
 */
final class FormParts extends MultiPart.AbstractPartsListener implements AutoCloseable {

    private final RecordStore store;
    private final Authenticator authenticator;
    private final Login login;
    private final RecordPath directory;
    private final WriteHeaders headers;
    private final List<Staged> staged = new ArrayList<>();
    private Staged current;
    private Refusal refusal;
    private IOException failure;

    FormParts(RecordStore store, Authenticator authenticator, Login login, RecordPath directory, WriteHeaders headers) {
        this.store = store;
        this.authenticator = authenticator;
        this.login = login;
        this.directory = directory;
        this.headers = headers;
    }

    /** The parts that came so far, in order. */
    List<Staged> staged() {
        return staged;
    }

    Optional<Refusal> refusal() {
        return Optional.ofNullable(refusal);
    }

    void throwFailure() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }

    private boolean hasEnded() {
        return refusal != null || failure != null;
    }

    @Override
    public void onPartHeaders() {
        current = null;
        String name = getFileName();
        if (hasEnded() || name == null || name.isEmpty()) {
            return;
        }
        Result<RecordPath> path = directory.child(name).then(this::notTwice);
        if (path.isRefused()) {
            refusal = path.refusal().orElseThrow();
            return;
        }
        try {
            Result<Upload> begun = store.begin(headers.request(login, authenticator, path.get(), -1));
            refusal = begun.refusal().map(reason -> named(path.get(), reason)).orElse(null);
            if (refusal == null) {
                current = new Staged(path.get(), begun.get());
                staged.add(current);
            }
        } catch (IOException e) {
            failure = e;
        }
    }

    private Result<RecordPath> notTwice(RecordPath path) {
        return staged.stream().anyMatch(each -> each.path().equals(path))
                ? Result.refused(Reason.BAD_REQUEST, "the form has two parts named " + path)
                : Result.done(path);
    }

    @Override
    public void onPartContent(Content.Chunk chunk) {
        if (current == null || hasEnded()) {
            return;
        }
        try {
            refusal = current.write(chunk).orElse(null);
        } catch (IOException e) {
            failure = e;
        }
    }

    @Override
    public void onPart(String name, String fileName, HttpFields fields) {
        current = null;
    }

    @Override
    public void onFailure(Throwable cause) {
        if (!hasEnded()) {
            refusal = new Refusal(Reason.BAD_REQUEST, "the form can't be read: " + cause.getMessage());
        }
    }

    /** Forgets what wasn't committed. */
    @Override
    public void close() {
        staged.forEach(each -> each.upload().close());
    }

    private static Refusal named(RecordPath path, Refusal refusal) {
        return new Refusal(
                refusal.reason(), path + ": " + refusal.detail(), refusal.violations(), refusal.retryAfter());
    }

    /** A part that has come in, or is coming in. */
    static final class Staged {
        private final RecordPath path;
        private final Upload upload;
        private long size;

        Staged(RecordPath path, Upload upload) {
            this.path = path;
            this.upload = upload;
        }

        RecordPath path() {
            return path;
        }

        Upload upload() {
            return upload;
        }

        long size() {
            return size;
        }

        private Optional<Refusal> write(Content.Chunk chunk) throws IOException {
            size += chunk.remaining();
            return upload.write(chunk.getByteBuffer()).map(this::named);
        }

        /** The refusal with the path before its detail. */
        Refusal named(Refusal refusal) {
            return FormParts.named(path, refusal);
        }
    }
}
