package io.datahub.ssh.sftp;

import io.datahub.api.Result;
import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import io.datahub.api.path.RecordPath;
import io.datahub.ssh.session.ClientPath;
import io.datahub.ssh.sftp.wire.Attributes;
import io.datahub.ssh.sftp.wire.MalformedPacketException;
import io.datahub.ssh.sftp.wire.Output;
import io.datahub.ssh.sftp.wire.Packet;
import io.datahub.ssh.sftp.wire.RequestType;
import io.datahub.ssh.sftp.wire.Status;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the requests of a channel, one after the other: SFTP version 3 (draft-ietf-secsh-filexfer-02). Used by one
 * thread at a time.
 */
final class RequestHandler {

    private static final Logger LOG = LoggerFactory.getLogger(RequestHandler.class);
    private static final int VERSION = 3;
    private static final LogLimit FAILURES = new LogLimit(10, Duration.ofMinutes(1));

    private final Workspace workspace;
    private final FileRequests files;
    private final Entries entries;
    private final Remover remover;
    private final Renamer renamer;
    private final AttributeSetter setter;
    private final Extensions extensions;
    private boolean initialized;

    RequestHandler(Workspace workspace) {
        this.workspace = workspace;
        entries = new Entries(workspace);
        remover = new Remover(workspace);
        renamer = new Renamer(workspace);
        setter = new AttributeSetter(workspace);
        files = new FileRequests(workspace, entries, setter);
        extensions = new Extensions(workspace, renamer, setter);
    }

    /**
     * Answers a request.
     *
     * @param bytes the packet without its length
     * @param output gets exactly one answer, unless this throws or {@link #isBusy}
     * @throws MalformedPacketException if the channel has to be closed, since no answer is possible
     */
    void handle(ByteBuffer bytes, Output output) {
        Packet packet = new Packet(bytes);
        if (packet.type() == RequestType.INIT && !initialized) {
            packet.uint32();
            initialized = true;
            output.version(VERSION, Extensions.advertised());
            return;
        }
        if (!initialized) {
            throw new MalformedPacketException("the first packet must be INIT");
        }
        int id = packet.uint32();
        answer(id, output, () -> {
            workspace.removals().settleOld();
            answer(id, packet, output);
        });
    }

    /** Whether the last request isn't answered yet: {@link #proceed} has to be called, and no other request be handled. */
    boolean isBusy() {
        return extensions.copying().isPresent();
    }

    /**
     * Goes on with the last request.
     *
     * @param output gets the answer once it is completed
     */
    void proceed(Output output) {
        answer(extensions.copying().get().id(), output, () -> extensions.proceed(output));
    }

    /** What answers a request. */
    private interface Answering {
        void run() throws IOException;
    }

    /** Answers a request, if it fails by a status. */
    private void answer(int id, Output output, Answering answering) {
        int size = output.size();
        try {
            answering.run();
        } catch (MalformedPacketException e) {
            output.cut(size);
            output.status(id, new Status(Status.BAD_MESSAGE, e.getMessage()));
        } catch (IOException | RuntimeException e) {
            logFailure(e);
            output.cut(size);
            output.status(id, Status.failure("the hub failed to do this; its log has the reason"));
        }
    }

    private void logFailure(Exception reason) {
        LogLimit.Decision line = FAILURES.next();
        if (line.mayWrite()) {
            LOG.error(
                    "event=ssh.sftp.request-failed user={} suppressed={}",
                    LogText.quoted(workspace.session().user()),
                    line.suppressed(),
                    reason);
        }
    }

    private void answer(int id, Packet packet, Output output) throws IOException {
        switch (packet.type()) {
            case RequestType.READ -> files.read(id, packet, output);
            case RequestType.OPEN -> files.open(id, packet, output);
            case RequestType.OPENDIR -> files.openDirectory(id, packet, output);
            case RequestType.READDIR -> files.list(id, packet, output);
            case RequestType.STAT, RequestType.LSTAT -> attributes(id, packet, output);
            case RequestType.FSTAT -> files.attributes(id, packet, output);
            case RequestType.REALPATH -> Entries.canonicalize(id, packet.text(), output);
            case RequestType.EXTENDED -> extensions.handle(id, packet, output);
            default -> output.status(id, status(packet));
        }
    }

    private Status status(Packet packet) throws IOException {
        return switch (packet.type()) {
            case RequestType.WRITE -> files.write(packet);
            case RequestType.CLOSE -> files.close(packet);
            case RequestType.SETSTAT -> setAttributes(packet);
            case RequestType.FSETSTAT -> files.setAttributes(packet);
            case RequestType.REMOVE -> with(packet, remover::remove);
            case RequestType.MKDIR -> with(packet, this::makeDirectory);
            case RequestType.RMDIR -> with(packet, remover::removeDirectory);
            case RequestType.RENAME -> rename(packet);
            case RequestType.READLINK, RequestType.SYMLINK -> Status.NO_LINKS;
            default -> Status.unsupported("the hub doesn't have this request");
        };
    }

    /** What is done at a path. */
    private interface PathRequest {
        Status apply(RecordPath path) throws IOException;
    }

    private static Status with(Packet packet, PathRequest request) throws IOException {
        Result<RecordPath> path = ClientPath.parse(packet.text());
        return path.isRefused() ? Status.of(path.refusal().get()) : request.apply(path.get());
    }

    private void attributes(int id, Packet packet, Output output) throws IOException {
        Result<RecordPath> path = ClientPath.parse(packet.text());
        Result<Attributes> found =
                path.isRefused() ? Result.refused(path.refusal().get()) : entries.find(path.get());
        FileRequests.answer(id, found, output);
    }

    private Status setAttributes(Packet packet) throws IOException {
        return with(packet, path -> setter.set(path, Attributes.read(packet)));
    }

    private Status makeDirectory(RecordPath path) throws IOException {
        workspace.removals().settleAt(path);
        Result<Boolean> made =
                workspace.session().store().mkdir(workspace.session().request(path));
        return made.refusal()
                .map(Status::of)
                .orElseGet(() -> made.get() ? Status.OK : Status.failure("the directory exists already"));
    }

    private Status rename(Packet packet) throws IOException {
        return with(packet, from -> with(packet, to -> renamer.rename(from, to, false)));
    }

    /** Releases everything; nothing that isn't closed is committed. */
    void end() {
        workspace.removals().settleAll();
        workspace.handles().abandon();
    }
}
