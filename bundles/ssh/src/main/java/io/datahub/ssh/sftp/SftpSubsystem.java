package io.datahub.ssh.sftp;

import io.datahub.api.disk.TemporaryNames;
import io.datahub.ssh.session.ChannelHandler;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.sftp.file.ClientTimes;
import io.datahub.ssh.sftp.file.LiveDrafts;
import io.datahub.ssh.sftp.file.OwnDrafts;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.sshd.server.command.Command;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The subsystem {@code sftp}. Thread-safe. */
public final class SftpSubsystem implements ChannelHandler {

    private static final Logger LOG = LoggerFactory.getLogger(SftpSubsystem.class);
    private static final String NAME = "sftp";
    private static final long CLOSE_SECONDS = 30;

    private final TemporaryNames names;
    private final RefusedUploads refused = new RefusedUploads();
    private final LiveDrafts live = new LiveDrafts();
    private final ClientTimes times = new ClientTimes();
    private final Set<SftpChannel> channels = ConcurrentHashMap.newKeySet();

    /**
     * Creates the only one of an endpoint.
     *
     * @param names the names of files that their clients will rename
     */
    public SftpSubsystem(TemporaryNames names) {
        this.names = names;
    }

    @Override
    public Optional<Command> command(SshSession session, String request) {
        if (!request.equals(NAME)) {
            return Optional.empty();
        }
        SftpChannel channel = new SftpChannel(session, errors -> handler(session, errors), channels::remove);
        channels.add(channel);
        return Optional.of(channel);
    }

    /** Handles the requests of one channel. */
    RequestHandler handler(SshSession session, Workspace.ErrorLines errors) {
        return new RequestHandler(new Workspace(
                session,
                new Handles(),
                new OwnDrafts(session, names, live, times),
                new HeldRemovals(session, System::nanoTime),
                refused,
                errors));
    }

    /** Waits until what clients have left unfinished is kept. */
    @Override
    public void close() {
        CompletableFuture<Void> all = CompletableFuture.allOf(
                channels.stream().map(SftpChannel::ended).toArray(CompletableFuture[]::new));
        try {
            all.get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("event=ssh.sftp.close-incomplete channels={}", channels.size());
        }
    }
}
