package io.datahub.ssh.rsync;

import io.datahub.api.Result;
import io.datahub.ssh.session.ChannelHandler;
import io.datahub.ssh.session.RefusedCommand;
import io.datahub.ssh.session.ShellWords;
import io.datahub.ssh.session.SshSession;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.sshd.server.command.Command;

/** Serves {@code rsync --server …}. Thread-safe. */
public final class RsyncHandler implements ChannelHandler {

    /** The directory of transfers, below the directory of the hub's state. */
    public static final String FOLDER = "rsync";

    private static final int MAX_COMMAND = 1 << 16;

    /** The number of files that all transfers together store at once. */
    private static final int MAX_STORED_AT_ONCE = 8;

    private static final long KEEP_SECONDS = 30;

    private final RsyncSetup setup;
    private final ThreadPoolExecutor storing = newStoringThreads();
    private volatile boolean closed;

    /**
     * Creates the only handler, and deletes what earlier transfers have left.
     *
     * @param state the directory of the hub's state
     * @param searchPath where to look for programs: directories separated by colons
     * @param files the directory of the records, if the store keeps them on this disk
     */
    public RsyncHandler(Path state, String searchPath, Optional<Path> files) {
        Path folder = state.resolve(FOLDER);
        setup = new RsyncSetup(folder, new RsyncProgram(searchPath), files, new MemoryShares(), storing, () -> closed);
        SessionFolder.deleteAll(folder);
    }

    /** Threads of its own: large files and slow validators must not keep those of other sessions busy. */
    private static ThreadPoolExecutor newStoringThreads() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                MAX_STORED_AT_ONCE,
                MAX_STORED_AT_ONCE,
                KEEP_SECONDS,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> {
                    Thread thread = new Thread(task, "datahub-ssh-rsync-store-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public Optional<Command> command(SshSession session, String request) {
        String first = request.strip().split("\\s", 2)[0];
        if (!first.equals("rsync") && !first.endsWith("/rsync")) {
            return Optional.empty();
        }
        if (request.length() > MAX_COMMAND) {
            return Optional.of(new RefusedCommand("the command has more than " + MAX_COMMAND + " characters"));
        }
        List<String> words;
        try {
            words = ShellWords.of(request);
        } catch (IllegalArgumentException e) {
            return Optional.of(new RefusedCommand(e.getMessage()));
        }
        Result<RsyncRequest> parsed = RequestParser.parse(words);
        return Optional.of(
                parsed.refusal().isPresent()
                        ? new RefusedCommand(parsed.refusal().get().detail())
                        : new RsyncCommand(setup, session, parsed.get()));
    }

    @Override
    public void close() {
        closed = true;
        storing.shutdown();
    }
}
