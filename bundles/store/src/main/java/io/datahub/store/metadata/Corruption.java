package io.datahub.store.metadata;

import java.io.EOFException;
import java.io.IOException;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;

/** What a failure says of the file with index and journal. */
enum Corruption {
    /** The disk failed, not the file. */
    NONE,
    /** Nobody can tell without reading all of it. */
    POSSIBLE,
    /** Its contents are wrong. */
    CERTAIN;

    /** Says that something in the file can't have been written by the hub. */
    static final class Found extends IllegalStateException {

        private static final long serialVersionUID = 1L;

        Found(String what) {
            super(what);
        }
    }

    static Corruption of(Throwable failure) {
        if (failure instanceof Found) {
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

    /** Where the file ends too early, it isn't the disk that failed. */
    private static Corruption ofDisk(Throwable failure) {
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
