package io.datahub.ssh.sftp;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.ssh.sftp.wire.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads what another handle of the channel is writing, as long as that is open. */
final class SharedDraftHandle implements Handle {

    private final DraftHandle draft;

    SharedDraftHandle(DraftHandle draft) {
        this.draft = draft;
    }

    @Override
    public RecordPath path() {
        return draft.path();
    }

    @Override
    public Attributes attributes() {
        return draft.attributes();
    }

    @Override
    public Result<Integer> read(long offset, ByteBuffer target) throws IOException {
        return draft.readDraft(offset, target);
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
