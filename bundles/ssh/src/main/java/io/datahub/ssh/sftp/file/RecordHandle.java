package io.datahub.ssh.sftp.file;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Reading;
import io.datahub.api.record.RecordVersion;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.sftp.wire.Attributes;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A version of a record that is being read. */
public final class RecordHandle implements Handle {

    private final Reading reading;
    private final SshSession session;
    private boolean wasRead;

    public RecordHandle(Reading reading, SshSession session) {
        this.reading = reading;
        this.session = session;
    }

    public RecordVersion version() {
        return reading.version();
    }

    @Override
    public RecordPath path() {
        return version().path();
    }

    @Override
    public Attributes attributes() {
        RecordVersion version = version();
        return Attributes.file(version.size(), version.clientModified().orElse(version.modified()));
    }

    @Override
    public Result<Integer> read(long offset, ByteBuffer target) throws IOException {
        if (!session.user().mayRead(path())) {
            return Result.refused(Reason.FORBIDDEN, "the grant to read this is gone");
        }
        wasRead = true;
        int count = 0;
        while (target.hasRemaining()) {
            int read = reading.read(target, offset + count);
            if (read < 0) {
                break;
            }
            count += read;
        }
        return Result.done(count);
    }

    @Override
    public Result<Outcome> close() throws IOException {
        return Result.done(wasRead ? Outcome.SENT : Outcome.NOTHING);
    }

    @Override
    public void abandon() throws IOException {
        reading.close();
    }
}
