package io.datahub.ssh.rsync;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.StorageSpace;
import io.datahub.ssh.session.SshSession;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of rsync. The streams and the callback are set before it is started. */
final class RsyncCommand implements Command {

    private static final Logger LOG = LoggerFactory.getLogger(RsyncCommand.class);

    private static final int DONE = 0;
    private static final int REFUSED = 1;
    private static final int DISK_FAILED = 11;
    private static final int SOME_NOT_TRANSFERRED = 23;
    private static final int SOME_VANISHED = 24;
    private static final int NO_PROGRAM = 127;

    private final RsyncSetup setup;
    private final SshSession session;
    private final RsyncRequest request;
    private final ProgramRun run = new ProgramRun();
    private InputStream input;
    private OutputStream output;
    private OutputStream error;
    private ExitCallback exit;

    RsyncCommand(RsyncSetup setup, SshSession session, RsyncRequest request) {
        this.setup = setup;
        this.session = session;
        this.request = request;
    }

    @Override
    public void start(ChannelSession channel, Environment environment) {
        session.run(channel, exit, this::serve);
    }

    /** The connection is closed: the program ends; files that it has received completely are stored nevertheless. */
    @Override
    public void destroy(ChannelSession channel) {
        run.kill();
    }

    private void serve() {
        int status = DISK_FAILED;
        try {
            status = transfer();
        } catch (IOException | RuntimeException e) {
            LOG.error("event=ssh.rsync.failed session={} reason={}", LogText.quoted(session), LogText.quoted(e), e);
            say("the transfer failed; the hub's log has the reason");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exit.onExit(status);
        }
    }

    private int transfer() throws IOException, InterruptedException {
        VisibleRecords records = new VisibleRecords(session.store(), session.user());
        Result<List<RsyncPath>> paths = paths(records);
        if (paths.refusal().isPresent()) {
            return refuse(paths.refusal().get(), REFUSED);
        }
        Optional<Refusal> refusal = request.sends()
                ? Optional.empty()
                : Upload.refuse(session.user(), paths.get().get(0));
        if (refusal.isPresent()) {
            return refuse(refusal.get(), REFUSED);
        }
        Result<RsyncProgram.Found> program = setup.program().find();
        if (program.refusal().isPresent()) {
            return refuse(program.refusal().get(), NO_PROGRAM);
        }
        Optional<ReadableFiles> files = setup.files().map(folder -> new ReadableFiles(folder, records));
        try (SessionFolder folder = SessionFolder.create(setup.folder())) {
            return request.sends()
                    ? download(folder, records, files, paths.get(), program.get())
                    : upload(folder, records, files, paths.get().get(0), program.get());
        }
    }

    private Result<List<RsyncPath>> paths(VisibleRecords records) throws IOException {
        Wildcards wildcards = new Wildcards(records);
        List<RsyncPath> paths = new ArrayList<>();
        for (String text : request.paths()) {
            Result<RsyncPath> path = RsyncPath.parse(text);
            if (path.refusal().isPresent()) {
                return Result.refused(path.refusal().get());
            }
            paths.addAll(request.sends() ? wildcards.expand(path.get()) : List.of(path.get()));
            if (paths.size() > Wildcards.MAX_MATCHES) {
                return Result.refused(
                        Reason.TOO_LARGE, "more than " + Wildcards.MAX_MATCHES + " paths match; name their directory");
            }
        }
        return Result.done(paths);
    }

    private int download(
            SessionFolder folder,
            VisibleRecords records,
            Optional<ReadableFiles> files,
            List<RsyncPath> paths,
            RsyncProgram.Found program)
            throws IOException, InterruptedException {
        try (MemoryShares.Share share = setup.memory().share()) {
            Optional<Path> memory = folder.makeInMemory();
            Download download = null;
            if (memory.isPresent()) {
                download = prepare(memory.get(), share::take, folder, records, files, paths);
            }
            if (download == null || download.isFull()) {
                folder.deleteInMemory();
                share.giveBack();
                download = prepare(folder.sent(), path -> true, folder, records, files, paths);
            }
            return send(download, paths, program);
        }
    }

    /** Makes the tree that is sent, in a directory on a disk or in memory. */
    private Download prepare(
            Path tree,
            Predicate<RecordPath> room,
            SessionFolder folder,
            VisibleRecords records,
            Optional<ReadableFiles> files,
            List<RsyncPath> paths)
            throws IOException {
        long free = Files.getFileStore(folder.copies()).getUsableSpace();
        Download download = new Download(tree, room, folder.copies(), records, files, run::isKilled, free / 2);
        for (RsyncPath path : paths) {
            if (!download.add(path.path(), request.isRecursive())) {
                return download;
            }
        }
        download.finish();
        return download;
    }

    private int send(Download download, List<RsyncPath> paths, RsyncProgram.Found program)
            throws IOException, InterruptedException {
        if (download.refusal().isPresent()) {
            return refuse(download.refusal().get(), REFUSED);
        }
        if (run.isKilled()) {
            return DISK_FAILED;
        }
        Sandbox sandbox = program.sandbox();
        download.show(sandbox);
        List<String> arguments = new ArrayList<>(List.of("--server", "--sender"));
        arguments.addAll(request.options());
        arguments.add("--copy-links");
        arguments.add("--chmod=D0755,F0644");
        arguments.add(".");
        paths.forEach(path -> arguments.add(path.written()));
        int status = run.run(program.run(sandbox, arguments), threadName(), streams());
        LOG.info(
                "event=ssh.rsync.sent session={} paths={} status={}",
                LogText.quoted(session),
                LogText.quoted(request.paths()),
                status);
        return status;
    }

    private int upload(
            SessionFolder folder,
            VisibleRecords records,
            Optional<ReadableFiles> files,
            RsyncPath target,
            RsyncProgram.Found program)
            throws IOException, InterruptedException {
        Result<StorageSpace> space = session.store().space(session.user(), target.path());
        if (space.refusal().isPresent()) {
            return refuse(space.refusal().get(), REFUSED);
        }
        long room = space.get().freeBytes();
        Upload upload = Upload.prepare(folder, records, files, request, target);
        Report report = new Report(this::say);
        int status;
        try (RoomWatch watch = new RoomWatch(folder.written(), room, () -> isFull(target.path()), run, threadName())) {
            status = run.run(upload.command(program), threadName(), streams());
            if (watch.problem().isPresent()) {
                say(watch.problem().get());
                status = DISK_FAILED;
            }
        }
        FileCommit commit = new FileCommit(session.store(), session::request, request.keepsTimes());
        new Intake(session, upload, commit, report, setup).store(new ReceivedFiles(folder.received(), report));
        LOG.info(
                "event=ssh.rsync.received session={} path={} stored={} refused={} status={}",
                LogText.quoted(session),
                LogText.quoted(target.path()),
                report.storedFiles(),
                report.refusedFiles(),
                status);
        boolean complete = status == DONE || status == SOME_VANISHED;
        return complete && report.refusedFiles() > 0 ? SOME_NOT_TRANSFERRED : status;
    }

    /** Whether nothing is left, as other transfers fill the disk, too. What is unknown isn't full. */
    private boolean isFull(RecordPath path) {
        try {
            Result<StorageSpace> space = session.store().space(session.user(), path);
            return !space.isRefused() && space.get().freeBytes() == 0;
        } catch (IOException e) {
            LOG.debug("event=ssh.rsync.room-unknown path={} reason={}", LogText.quoted(path), LogText.quoted(e));
            return false;
        }
    }

    private int refuse(Refusal refusal, int status) {
        say(refusal.detail());
        return status;
    }

    private String threadName() {
        return "datahub-ssh-rsync-" + session.id();
    }

    private Streams streams() {
        return new Streams(input, output, error);
    }

    private void say(String sentence) {
        try {
            synchronized (this) {
                error.write(("datahub: " + sentence + "\n").getBytes(StandardCharsets.UTF_8));
                error.flush();
            }
        } catch (IOException e) {
            LOG.debug("event=ssh.rsync.unheard sentence={}", LogText.quoted(sentence));
        }
    }

    @Override
    public void setInputStream(InputStream stream) {
        input = stream;
    }

    @Override
    public void setOutputStream(OutputStream stream) {
        output = stream;
    }

    @Override
    public void setErrorStream(OutputStream stream) {
        error = stream;
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        exit = callback;
    }
}
