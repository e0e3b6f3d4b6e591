package io.datahub.s3;

import io.datahub.api.cluster.Blobs.Source;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;

/**
 * A range of a source as the body of one attempt, read as the connection takes it: not more than a buffer is in memory.
 * Notes a failure of the source, which the HTTP client would report as one of the connection.
 */
final class UploadBody {

    private final Source source;
    private final long from;
    private final long length;
    private final Progress progress = new Progress();
    private volatile IOException failure;

    UploadBody(Source source, long from, long length) {
        this.source = source;
        this.from = from;
        this.length = length;
    }

    /** The body for the HTTP client. */
    BodyPublisher publisher() {
        return BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(this::open), length);
    }

    Progress progress() {
        return progress;
    }

    /** Throws what made the source fail, if that was the reason. */
    void checkSource() throws SourceException {
        IOException cause = failure;
        if (cause != null) {
            throw new SourceException(cause);
        }
    }

    private InputStream open() {
        try {
            return new Range(source.open(from), length);
        } catch (IOException e) {
            failure = e;
            return InputStream.nullInputStream();
        }
    }

    /** The first bytes of a stream. */
    private final class Range extends BulkInputStream {

        private final InputStream in;
        private long left;

        Range(InputStream in, long length) {
            this.in = in;
            left = length;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            progress.stamp();
            if (left == 0) {
                return -1;
            }
            try {
                int read = in.read(bytes, offset, (int) Math.min(count, left));
                if (read < 0) {
                    throw new IOException("the source is shorter than it said");
                }
                left -= read;
                return read;
            } catch (IOException e) {
                failure = e;
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
