package io.datahub.cli.core;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Keeps a second process from a file of the state; the end of the process releases it. */
public final class StateLock implements AutoCloseable {

    private final FileChannel channel;

    private StateLock(FileChannel channel) {
        this.channel = channel;
    }

    /**
     * Locks a file of the state.
     *
     * @param file it need not exist
     * @param busy what the failure says if another process has it
     */
    public static StateLock acquire(Path file, String busy) {
        Path lockFile = file.resolveSibling(file.getFileName() + ".lock");
        try {
            FileChannel channel = PrivateFiles.openForLocks(lockFile);
            if (channel.tryLock() == null) {
                channel.close();
                throw new Failure(Failure.FAILED, busy);
            }
            return new StateLock(channel);
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, lockFile + " can't be locked: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            // The end of the process releases it.
        }
    }
}
