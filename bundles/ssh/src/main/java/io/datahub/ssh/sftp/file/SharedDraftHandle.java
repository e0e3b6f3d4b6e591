package io.datahub.ssh.sftp.file;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.ssh.sftp.wire.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads what another handle of the channel is writing, as long as that is open. */
public final class SharedDraftHandle implements Handle {

    private final DraftHandle writer;

    /** @param writer the other handle */
    public SharedDraftHandle(DraftHandle writer) {
        this.writer = writer;
    }

    @Override
    public RecordPath path() {
        return writer.path();
    }

    @Override
    public Attributes attributes() {
        return writer.attributes();
    }

    @Override
    public Result<Integer> read(long offset, ByteBuffer target) throws IOException {
        return writer.readDraft(offset, target);
    }

    @Override
    public Result<Outcome> close() {
        return Result.done(Outcome.NOTHING);
    }

    @Override
    public void abandon() {
        // the draft belongs to the other handle
    }
}
