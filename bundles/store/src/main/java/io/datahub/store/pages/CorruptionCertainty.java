package io.datahub.store.pages;

import java.io.EOFException;
import java.io.IOException;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;

/** What a failure implies about the database file with index and journal. */
public enum CorruptionCertainty {
    /** An I/O error; the file itself may be intact. */
    NONE,
    /** Unknown without reading the whole file. */
    POSSIBLE,
    /** The contents are invalid. */
    CERTAIN;

    public static CorruptionCertainty of(Throwable failure) {
        if (failure instanceof CorruptionException) {
            return CERTAIN;
        }
        if (failure instanceof MVStoreException e) {
            return switch (e.getErrorCode()) {
                case DataUtils.ERROR_FILE_CORRUPT,
                        DataUtils.ERROR_CHUNK_NOT_FOUND,
                        DataUtils.ERROR_BLOCK_NOT_FOUND,
                        DataUtils.ERROR_UNSUPPORTED_FORMAT,
                        DataUtils.ERROR_SERIALIZATION -> CERTAIN;
                case DataUtils.ERROR_READING_FAILED, DataUtils.ERROR_WRITING_FAILED -> ofDisk(e);
                default -> POSSIBLE;
            };
        }
        return POSSIBLE;
    }

    /** A file that ends too early is corrupt; other I/O errors are failures of the disk. */
    private static CorruptionCertainty ofDisk(Throwable failure) {
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            if (cause instanceof EOFException) {
                return CERTAIN;
            }
            if (cause instanceof IOException) {
                return NONE;
            }
        }
        return POSSIBLE;
    }
}
