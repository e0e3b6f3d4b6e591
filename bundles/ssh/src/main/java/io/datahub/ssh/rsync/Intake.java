package io.datahub.ssh.rsync;

import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.WriteRequest;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.TransferMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores what an upload has received: files in order of their names, a few at a time, then empty directories. */
final class Intake {

    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);

    /** Files that are stored at once share the flushes of the disk. */
    private static final int AT_ONCE = 4;

    private static final int BATCH = 64;

    private static final String STOPPING = "the hub is stopping, so not all files are stored";

    private final SshSession session;
    private final Upload upload;
    private final FileCommit commit;
    private final Report report;
    private final RsyncSetup setup;
    private final List<ReceivedFile> batch = new ArrayList<>();

    /**
     * Creates one for an upload.
     *
     * @param setup tells whether the hub stops, so that nothing more is stored, and has the threads that store
     */
    Intake(SshSession session, Upload upload, FileCommit commit, Report report, RsyncSetup setup) {
        this.session = session;
        this.upload = upload;
        this.commit = commit;
        this.report = report;
        this.setup = setup;
    }

    /** Stores everything. */
    void store(ReceivedFiles files) throws IOException, InterruptedException {
        List<RecordPath> directories = new ArrayList<>();
        files.visit(new ReceivedFiles.Visitor() {

            @Override
            public void file(ReceivedFile file) throws IOException, InterruptedException {
                batch.add(file);
                if (batch.size() == BATCH) {
                    storeBatch();
                }
            }

            @Override
            public void emptyDirectory(RecordPath path) {
                directories.add(path);
            }
        });
        storeBatch();
        for (RecordPath directory : directories) {
            makeDirectory(directory);
        }
    }

    private void storeBatch() throws InterruptedException {
        Queue<ReceivedFile> queue = new ConcurrentLinkedQueue<>(batch);
        batch.clear();
        try {
            CompletableFuture<?>[] lanes = new CompletableFuture<?>[Math.min(AT_ONCE, queue.size())];
            Arrays.setAll(lanes, i -> lane(queue));
            CompletableFuture.allOf(lanes).get();
        } catch (RejectedExecutionException e) {
            report.failed(STOPPING);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RejectedExecutionException) {
                report.failed(STOPPING);
                return;
            }
            LOG.error("event=ssh.rsync.failed session={} reason={}", LogText.quoted(session), LogText.quoted(e), e);
            report.failed("the hub failed; its log has the reason");
        }
    }

    /** Stores one file after the other. Each is a task of its own, so that all transfers get their turn. */
    private CompletableFuture<Void> lane(Queue<ReceivedFile> queue) {
        ReceivedFile next = setup.isStopping().getAsBoolean() ? null : queue.poll();
        return next == null
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.runAsync(() -> store(next), setup.storing()).thenCompose(done -> lane(queue));
    }

    private void store(ReceivedFile file) {
        String path = file.path().toString();
        try {
            Result<Boolean> stored = commit.store(file);
            if (stored.refusal().isPresent()) {
                report.refused(path, stored.refusal().get());
                session.count(TransferMetrics.Protocol.RSYNC, TransferMetrics.Result.REFUSED);
            } else if (stored.get()) {
                report.stored();
                session.count(TransferMetrics.Protocol.RSYNC, TransferMetrics.Result.STORED);
            }
            Files.delete(file.file());
        } catch (IOException e) {
            LOG.error("event=ssh.rsync.store-failed path={} reason={}", LogText.quoted(path), LogText.quoted(e));
            report.refused(path, "not stored: the hub's disk failed");
        }
    }

    private void makeDirectory(RecordPath path) throws IOException {
        if (upload.isPrepared(path)
                || upload.isKnownDirectory(path)
                || setup.isStopping().getAsBoolean()) {
            return;
        }
        WriteRequest request = session.request(path);
        Result<Boolean> made = session.store().mkdir(request);
        if (made.refusal().isPresent()) {
            report.refused(path.toString(), made.refusal().get());
        }
    }
}
