package io.datahub.cli.hub;

import io.datahub.cli.core.PrivateFiles;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Keeps other downloads of the user to the same file from its partial file; the end of the process releases it. One file has the
 * locks for all targets, each on a byte of its own, and stays open: closing a file may release all locks that the process has on it.
 */
final class TargetLock implements AutoCloseable {

    private static final int HEXADECIMAL = 16;
    private static final int DIGITS = 15;

    private static FileChannel channel;

    private final Optional<FileLock> lock;

    private TargetLock(Optional<FileLock> lock) {
        this.lock = lock;
    }

    /** Locks a target, unless another download has it or there are no locks here. */
    static TargetLock attempt(Path target) {
        String name = PrivateFiles.name(target.toAbsolutePath().normalize().toString());
        long position = new BigInteger(name.substring(0, DIGITS), HEXADECIMAL).longValue();
        try {
            return new TargetLock(Optional.ofNullable(channel().tryLock(position, 1, false)));
        } catch (IOException | OverlappingFileLockException e) {
            return new TargetLock(Optional.empty());
        }
    }

    private static synchronized FileChannel channel() throws IOException {
        if (channel == null) {
            channel = PrivateFiles.openForLocks(PrivateFiles.state().resolve("downloads.lock"));
        }
        return channel;
    }

    /** Whether this download has it. */
    boolean isHeld() {
        return lock.isPresent();
    }

    @Override
    public void close() throws IOException {
        if (lock.isPresent()) {
            lock.get().release();
        }
    }
}
