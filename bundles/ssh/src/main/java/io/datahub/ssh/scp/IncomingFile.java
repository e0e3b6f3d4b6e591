package io.datahub.ssh.scp;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Draft;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.WriteRequest;
import io.datahub.ssh.session.ClientException;
import io.datahub.ssh.session.Commits;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/** One file that a client sends. */
final class IncomingFile {

    private static final int BUFFER_BYTES = 65_536;

    private final RecordStore store;
    private final WriteRequest request;

    IncomingFile(RecordStore store, WriteRequest request) {
        this.store = store;
        this.request = request;
    }

    /**
     * Receives the file and commits it.
     *
     * @param size the number of bytes that the client has announced
     * @param isCut whether the connection was cut, so that nothing may be committed
     * @return the refusal, which hasn't been sent yet
     */
    Optional<Refusal> receive(ScpStreams streams, long size, BooleanSupplier isCut) throws IOException {
        Result<Draft> begun = store.begin(request.withLength(OptionalLong.of(size)));
        if (begun.isRefused()) {
            return begun.refusal(); // the client sends nothing then
        }
        try (Draft draft = begun.get()) {
            streams.acknowledge();
            Optional<Refusal> refusal = copy(streams.in(), size, draft);
            Optional<String> error = streams.answer();
            if (error.isPresent()) {
                return Optional.of(new Refusal(Reason.BAD_REQUEST, "the client couldn't read all of the file"));
            }
            if (isCut.getAsBoolean()) {
                throw new EOFException("the connection was cut");
            }
            return refusal.isPresent() ? refusal : Commits.commit(draft).refusal();
        }
    }

    /** Reads all bytes, also those after a refusal, so that the client's next message is found. */
    private static Optional<Refusal> copy(InputStream in, long size, Draft draft) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        Optional<Refusal> refusal = Optional.empty();
        long left = size;
        while (left > 0) {
            int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (count < 0) {
                throw new ClientException("the client ended its input too early");
            }
            left -= count;
            if (refusal.isEmpty()) {
                refusal = draft.append(ByteBuffer.wrap(buffer, 0, count));
            }
        }
        return refusal;
    }
}
