package io.datahub.ssh.scp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Listing;
import io.datahub.ssh.session.BlockingCommand;
import io.datahub.ssh.session.ClientException;
import io.datahub.ssh.session.ClientPath;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.TransferMetrics;
import io.datahub.ssh.session.TransferMetrics.Protocol;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Takes files and directories from a client. Each file is committed when the client has sent all of it. */
final class ScpReceiver extends BlockingCommand {

    private static final Pattern ENTRY = Pattern.compile("([CD])[0-7]{1,5} (?<size>[0-9]{1,18}) (?<name>.+)");
    private static final Pattern TIMES = Pattern.compile("T(?<modified>[0-9]{1,12}) [0-9]{1,9} [0-9]{1,12} [0-9]{1,9}");

    private final ScpOptions options;
    private final String target;

    /** The directories that the client is in; the target itself isn't one of them. */
    private final Deque<RecordPath> directories = new ArrayDeque<>();

    private Optional<Instant> modified = Optional.empty();
    private boolean failed;

    ScpReceiver(SshSession session, ScpOptions options, String target) {
        super(session);
        this.options = options;
        this.target = target;
    }

    @Override
    protected int run(InputStream input, OutputStream output) throws IOException {
        ScpStreams streams = new ScpStreams(input, output);
        Result<RecordPath> base = ClientPath.parse(target);
        Optional<Refusal> refusal = base.refusal();
        if (refusal.isEmpty() && options.directory() && !isDirectory(base.get())) {
            refusal = Optional.of(new Refusal(Reason.NOT_FOUND, "there is no such directory"));
        }
        if (refusal.isPresent()) {
            refuse(streams, target, refusal.get());
            return 1;
        }
        streams.acknowledge();
        Optional<String> message = streams.message();
        while (message.isPresent() && !isCut()) {
            take(streams, base.get(), message.get());
            message = streams.message();
        }
        return failed ? 1 : 0;
    }

    private void take(ScpStreams streams, RecordPath base, String message) throws IOException {
        Matcher times = TIMES.matcher(message);
        Matcher entry = ENTRY.matcher(message);
        if (message.equals("E") && !directories.isEmpty()) {
            directories.pop();
            streams.acknowledge();
        } else if (times.matches()) {
            modified = Optional.of(Instant.ofEpochSecond(Long.parseLong(times.group("modified"))));
            streams.acknowledge();
        } else if (message.charAt(0) == '\1') {
            failed = true; // the client couldn't read a file and has told its user
        } else if (entry.matches()) {
            take(streams, base, entry);
        } else {
            throw new ClientException("the client doesn't speak the protocol of scp");
        }
    }

    private void take(ScpStreams streams, RecordPath base, Matcher entry) throws IOException {
        Result<RecordPath> path = path(base, entry.group("name"));
        if (path.isRefused()) {
            refuse(streams, entry.group("name"), path.refusal().orElseThrow());
        } else if (entry.group(1).equals("D")) {
            takeDirectory(streams, path.get());
        } else {
            takeFile(streams, path.get(), Long.parseLong(entry.group("size")));
        }
        modified = Optional.empty();
    }

    /** Where an entry goes to: below the target if that is a directory, otherwise it becomes the target. */
    private Result<RecordPath> path(RecordPath base, String name) throws IOException {
        if (name.indexOf('/') >= 0) {
            return Result.refused(Reason.BAD_REQUEST, "the name of a file can't have a slash");
        }
        if (!directories.isEmpty()) {
            return directories.peek().child(name);
        }
        boolean below = options.directory() || target.endsWith("/") || isDirectory(base);
        return below ? base.child(name) : Result.done(base);
    }

    private boolean isDirectory(RecordPath path) throws IOException {
        Result<Listing.Entry> entry = session().store().stat(session().user(), path);
        return path.isRoot() || (!entry.isRefused() && entry.get().directory());
    }

    private void takeDirectory(ScpStreams streams, RecordPath path) throws IOException {
        Optional<Refusal> refusal = options.recursive()
                ? session().store().mkdir(session().request(path)).refusal()
                : Optional.of(new Refusal(Reason.BAD_REQUEST, "this is a directory; add -r"));
        if (refusal.isPresent()) {
            refuse(streams, path.toString(), refusal.get());
        } else {
            directories.push(path);
            streams.acknowledge();
        }
    }

    private void takeFile(ScpStreams streams, RecordPath path, long size) throws IOException {
        IncomingFile file = new IncomingFile(
                session().store(),
                session().request(path).withClientModified(options.times() ? modified : Optional.empty()));
        Optional<Refusal> refusal = file.receive(streams, size, this::isCut);
        session()
                .count(
                        Protocol.SCP,
                        refusal.isPresent() ? TransferMetrics.Result.REFUSED : TransferMetrics.Result.STORED);
        if (refusal.isPresent()) {
            refuse(streams, path.toString(), refusal.get());
        } else {
            streams.acknowledge();
        }
    }

    private void refuse(ScpStreams streams, String what, Refusal refusal) throws IOException {
        failed = true;
        streams.error(complain(what, refusal));
    }
}
