package io.datahub.launcher;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;

/**
 * Prevents a second hub from using the same home directory. The operating system releases the lock when the process
 * ends, however it ends.
 */
final class HomeLock {

    private final FileChannel channel;
    private final FileLock lock;

    private HomeLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    static HomeLock acquire(HubHome home) throws CommandFailure, IOException {
        FileChannel channel =
                FileChannel.open(home.state().resolve("hub.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new CommandFailure("Another hub runs on the home " + home.root()
                    + ": stop it (datahub stop), or set DATAHUB_HOME to another directory.");
        }
        return new HomeLock(channel, lock);
    }

    boolean isHeld() {
        return channel.isOpen() && lock.isValid();
    }
}
