package io.datahub.records.staging;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Translates disk errors to refusals that name cause and remedy but no path of the hub's machine; the log has the
 * details. Operations succeed again as soon as the disk works.
 */
public final class IoErrors {

    private static final Logger LOG = LoggerFactory.getLogger(IoErrors.class);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private IoErrors() {}

    /** An operation that can fail with a disk error. */
    public interface Work<T> {
        Result<T> run() throws IOException;
    }

    /** Runs an operation; a disk error becomes a refusal. Interruptions are rethrown. */
    public static <T> Result<T> translate(Work<T> work) throws IOException {
        try {
            return work.run();
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            return Result.refused(refusal(e));
        }
    }

    /** Logs a disk error and translates it to a refusal. */
    public static Refusal refusal(IOException failure) {
        LOG.error("event=store.disk.failed reason={}", LogText.quoted(failure));
        LOG.debug("event=store.disk.failed", failure);
        if (Disk.isFull(failure)) {
            return diskFull();
        }
        return Refusal.unavailable(cause(failure), RETRY_AFTER);
    }

    /** The refusal of what would need more disk space than there is. */
    public static Refusal diskFull() {
        return new Refusal(Reason.NO_ROOM, "the hub's disk is full; delete something or ask an administrator");
    }

    private static String cause(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RecordsGoneException) {
                return "the hub's directory of records is missing or was replaced; an administrator has to restore or"
                        + " mount it";
            }
            if (cause instanceof AtomicMoveNotSupportedException) {
                return "the hub's directories are on other file systems than at startup; an administrator has to "
                        + "restart"
                        + " the hub";
            }
            if (isOutOfDescriptors(cause)) {
                return "the hub has no file descriptors left; an administrator has to raise its limit of open files"
                        + " (ulimit -n, LimitNOFILE); retry";
            }
            if (cause instanceof AccessDeniedException || isReadOnly(cause)) {
                return "permission denied: the hub's disk is mounted read-only or belongs to another user; an"
                        + " administrator has to change that";
            }
        }
        return "the hub's disk failed; the log has the cause. Retry";
    }

    /** Whether it failed because the process or the system has no file descriptors left. */
    public static boolean isOutOfDescriptors(Throwable cause) {
        String message = cause instanceof FileSystemException e ? e.getReason() : cause.getMessage();
        return message != null && message.contains("Too many open files");
    }

    private static boolean isReadOnly(Throwable cause) {
        String message = cause instanceof FileSystemException e ? e.getReason() : cause.getMessage();
        return message != null
                && (message.contains("Read-only file system") || message.contains("Operation not permitted"));
    }
}
