package io.datahub.ssh.sftp.file;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.ssh.sftp.wire.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;

/** What a client has opened. Used by one thread at a time. */
public interface Handle {

    /** The path of the file or directory. */
    RecordPath path();

    /** The present attributes. */
    Attributes attributes();

    /**
     * Reads some bytes.
     *
     * @return the number of bytes, 0 or less at the end
     */
    default Result<Integer> read(long offset, ByteBuffer target) throws IOException {
        return Result.refused(Reason.FORBIDDEN, "the handle isn't one for reading");
    }

    /**
     * Ends it as the client wants; after that only {@link #abandon} may be called.
     *
     * @return the refusal of what was written, if there is one
     */
    Result<Outcome> close() throws IOException;

    /** Releases it without the client's consent, or after a failed {@link #close}: nothing is committed. */
    void abandon() throws IOException;

    /** What closing did. */
    enum Outcome {
        /** Nothing that counts. */
        NOTHING,
        /** A file was read. */
        SENT,
        /** A record has a new version. */
        STORED
    }

    /** The refusal for a handle that doesn't exist, or not for this. */
    Refusal UNKNOWN = new Refusal(Reason.BAD_REQUEST, "there is no such handle open for this request");
}
