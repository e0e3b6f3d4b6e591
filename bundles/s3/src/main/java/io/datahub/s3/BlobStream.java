package io.datahub.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/**
 * A range of a blob. When the connection is lost, or the answer ends early, it continues with the rest in a new request:
 * a blob never changes. Not thread-safe.
 */
final class BlobStream extends BulkInputStream {

    private final RangeReader reader;
    private final String key;
    private final Retries retries;
    private final long end;
    private long position;
    private InputStream body = InputStream.nullInputStream();
    private Retries.Budget budget;

    /** Opens a range of a blob. */
    interface RangeReader {
        InputStream open(String key, long from, long length) throws IOException;
    }

    /** @throws IOException if the blob can't be opened */
    BlobStream(RangeReader reader, Retries retries, String key, long from, long length) throws IOException {
        this.reader = reader;
        this.key = key;
        this.retries = retries;
        position = from;
        end = from + length;
        budget = retries.new Budget();
        if (length > 0) {
            reopen();
        }
    }

    private void reopen() throws IOException {
        while (true) {
            try {
                body = reader.open(key, position, end - position);
                return;
            } catch (IOException e) {
                budget.spend(e);
            }
        }
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        while (position < end) {
            try {
                int read = body.read(bytes, offset, (int) Math.min(count, end - position));
                if (read < 0) {
                    throw new EOFException(key + " ended " + (end - position) + " bytes too early");
                }
                position += read;
                budget = retries.new Budget();
                return read;
            } catch (IOException e) {
                body.close();
                budget.spend(e);
                reopen();
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
