package io.datahub.ssh.scp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import io.datahub.ssh.session.BlockingCommand;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.TransferMetrics;
import io.datahub.ssh.session.TransferMetrics.Protocol;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Sends files and directories to a client. */
final class ScpSender extends BlockingCommand {

    private static final int BUFFER_BYTES = 65_536;
    private static final int PAGE = 1_000;

    /** The maximum number of nested directories, each of which is a few calls on the stack. */
    private static final int MAX_DEPTH = 500;

    private final ScpOptions options;
    private final List<String> paths;
    private boolean failed;

    /** The number of directories that the client is in. */
    private int depth;

    ScpSender(SshSession session, ScpOptions options, List<String> paths) {
        super(session);
        this.options = options;
        this.paths = paths;
    }

    @Override
    protected int run(InputStream input, OutputStream output) throws IOException {
        ScpStreams streams = new ScpStreams(input, output);
        streams.answer();
        for (String text : paths) {
            new NamePattern(session()).expand(text, path -> {
                if (path.isRefused()) {
                    refuse(streams, text, path.refusal().orElseThrow());
                } else {
                    send(streams, path.get());
                }
            });
        }
        return failed ? 1 : 0;
    }

    private void send(ScpStreams streams, RecordPath path) throws IOException {
        if (isCut()) {
            throw new EOFException("the connection was cut");
        }
        Result<Listing.Entry> entry = session().store().stat(session().user(), path);
        if (entry.isRefused()) {
            refuse(streams, path.toString(), entry.refusal().orElseThrow());
        } else if (!entry.get().directory()) {
            sendFile(streams, path);
        } else if (options.recursive() && depth == MAX_DEPTH) {
            refuse(streams, path.toString(), new Refusal(Reason.TOO_LARGE, "there are too many levels of directories"));
        } else if (options.recursive()) {
            sendDirectory(streams, path, entry.get().modified());
        } else {
            refuse(streams, path.toString(), new Refusal(Reason.BAD_REQUEST, "this is a directory; add -r"));
        }
    }

    private void sendDirectory(ScpStreams streams, RecordPath path, Instant modified) throws IOException {
        if (path.isRoot()) {
            sendEntries(streams, path); // has no name that a client would accept
        } else if (isAccepted(streams, modified, "D0755 0 " + path.name())) {
            sendEntries(streams, path);
            streams.line("E");
            note(streams.answer());
        }
    }

    private void sendEntries(ScpStreams streams, RecordPath path) throws IOException {
        depth++;
        Optional<String> after = Optional.of("");
        while (after.isPresent()) {
            Result<Listing> page = session().store().list(session().user(), path, after.get(), PAGE);
            if (page.isRefused()) {
                refuse(streams, path.toString(), page.refusal().orElseThrow());
                break;
            }
            for (Listing.Entry entry : page.get().entries()) {
                send(streams, path.child(entry.name()).get());
            }
            after = page.get().next();
        }
        depth--;
    }

    private void sendFile(ScpStreams streams, RecordPath path) throws IOException {
        Result<Reading> opened = session().store().open(session().user(), path);
        if (opened.isRefused()) {
            refuse(streams, path.toString(), opened.refusal().orElseThrow());
            return;
        }
        try (Reading reading = opened.get()) {
            RecordVersion version = reading.version();
            Instant modified = version.clientModified().orElse(version.modified());
            if (isAccepted(streams, modified, "C0644 " + version.size() + " " + path.name())) {
                copy(reading, streams.out());
                streams.acknowledge();
                note(streams.answer());
                session().count(Protocol.SCP, TransferMetrics.Result.SENT);
            }
        }
    }

    private boolean isAccepted(ScpStreams streams, Instant modified, String message) throws IOException {
        if (options.times()) {
            long seconds = modified.getEpochSecond();
            streams.line("T" + seconds + " 0 " + seconds + " 0");
            if (!note(streams.answer())) {
                return false;
            }
        }
        streams.line(message);
        return note(streams.answer());
    }

    private static void copy(Reading reading, OutputStream out) throws IOException {
        long size = reading.version().size();
        byte[] buffer = new byte[(int) Math.max(1, Math.min(size, BUFFER_BYTES))];
        long at = 0;
        while (at < size) {
            int count = (int) Math.min(buffer.length, size - at);
            reading.readFully(ByteBuffer.wrap(buffer, 0, count), at);
            out.write(buffer, 0, count);
            at += count;
        }
    }

    /** Remembers that the client has refused something, and has told its user. */
    private boolean note(Optional<String> error) {
        failed |= error.isPresent();
        return error.isEmpty();
    }

    private void refuse(ScpStreams streams, String what, Refusal refusal) throws IOException {
        failed = true;
        streams.error(complain(what, refusal));
    }
}
