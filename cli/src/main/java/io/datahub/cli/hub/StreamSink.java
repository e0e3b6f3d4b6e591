package io.datahub.cli.hub;

import io.datahub.cli.core.PrivateFiles;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Optional;

/** A stream, which can't be rewound: another version in the middle of it is an error. */
final class StreamSink implements Sink {

    private final OutputStream out;
    private final MessageDigest digest = PrivateFiles.newSha256();
    private long position;
    private Optional<String> etag = Optional.empty();

    StreamSink(OutputStream out) {
        this.out = out;
    }

    @Override
    public long position() {
        return position;
    }

    @Override
    public Optional<String> etag() {
        return etag;
    }

    @Override
    public void restart(Optional<String> version) throws Unwritable {
        if (position > 0) {
            throw new Unwritable(
                    new IOException("the record was replaced while it was read: what was written is incomplete"));
        }
        etag = version;
    }

    @Override
    public void write(byte[] bytes, int length) throws Unwritable {
        try {
            out.write(bytes, 0, length);
        } catch (IOException e) {
            throw new Unwritable(e);
        }
        digest.update(bytes, 0, length);
        position += length;
    }

    @Override
    public String sha256() {
        return PrivateFiles.hex(digest.digest());
    }

    @Override
    public void close() throws Unwritable {
        try {
            out.flush();
        } catch (IOException e) {
            throw new Unwritable(e);
        }
    }
}
