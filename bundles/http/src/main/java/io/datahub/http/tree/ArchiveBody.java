package io.datahub.http.tree;

import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.RecordVersion;
import io.datahub.jetty.web.Exchange;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.eclipse.jetty.util.IteratingCallback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends an archive, a piece at a time; no thread is blocked while the client is slow, and only one record is open. If
 * the archive can't be completed, the connection is aborted so that the client doesn't take it for the whole.
 */
final class ArchiveBody extends IteratingCallback {

    private static final Logger LOG = LoggerFactory.getLogger(ArchiveBody.class);
    private static final int PIECE_BYTES = 64 * 1024;

    private final Exchange exchange;
    private final RecordStore store;
    private final RecordPath directory;
    private final TreeWalk walk;
    private final ByteArrayOutputStream piece = new ByteArrayOutputStream(2 * PIECE_BYTES);
    private final byte[] bytes = new byte[PIECE_BYTES];
    private final ArchiveWriter archive;
    private Reading reading; // null between files
    private long position;
    private boolean finished;

    /** @param directory what the names in the archive are relative to */
    ArchiveBody(Exchange exchange, RecordStore store, RecordPath directory, TreeWalk walk, ArchiveFormat format) {
        this.exchange = exchange;
        this.store = store;
        this.directory = directory;
        this.walk = walk;
        archive = format.write(piece);
    }

    @Override
    protected Action process() throws IOException {
        if (finished) {
            return Action.SUCCEEDED;
        }
        piece.reset();
        while (!finished && piece.size() < PIECE_BYTES) {
            if (reading == null) {
                beginNext();
            } else {
                copy();
            }
        }
        exchange.response().write(finished, ByteBuffer.wrap(piece.toByteArray()), this);
        return Action.SCHEDULED;
    }

    private void beginNext() throws IOException {
        Optional<TreeWalk.Step> step = walk.next();
        if (step.isEmpty()) {
            archive.finish();
            finished = true;
            return;
        }
        RecordPath path = step.get().path();
        Listing.Entry entry = step.get().entry();
        if (entry.directory()) {
            archive.addDirectory(TreeWalk.relative(directory, path), entry.modified());
            return;
        }
        Result<Reading> opened = store.open(exchange.user(), path);
        if (!opened.isRefused()) {
            reading = opened.get();
            position = 0;
            RecordVersion version = reading.version();
            archive.beginFile(
                    TreeWalk.relative(directory, path),
                    version.size(),
                    version.clientModified().orElse(version.modified()));
        } else if (!TreeWalk.ABSENT.contains(opened.refusal().get().reason())) {
            throw new IOException(
                    "can't open " + path + ": " + opened.refusal().get().detail());
        }
    }

    private void copy() throws IOException {
        int count = (int) Math.min(bytes.length, reading.version().size() - position);
        reading.readFully(ByteBuffer.wrap(bytes, 0, count), position);
        position += count;
        archive.write(bytes, count);
        if (position == reading.version().size()) {
            archive.endFile();
            reading.close();
            reading = null;
        }
    }

    @Override
    protected void onCompleteSuccess() {
        release();
        exchange.callback().succeeded();
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        release();
        exchange.callback().failed(cause);
    }

    private void release() {
        if (reading != null) {
            close(reading::close);
        }
        close(archive);
    }

    private void close(Closeable closeable) {
        try {
            closeable.close();
        } catch (IOException e) {
            LOG.debug("event=http.archive.close-failed path={}", LogText.quoted(directory), e);
        }
    }
}
