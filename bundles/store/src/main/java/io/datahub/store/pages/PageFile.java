package io.datahub.store.pages;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.SFChunk;
import org.h2.mvstore.SingleFileStore;

/**
 * The database file. Reads go through a {@link RandomAccessFile}, which an interrupt doesn't close: callers are
 * threads of transports and of validators that may time out at any moment, and an interrupted file channel would be
 * closed for all.
 */
public final class PageFile extends SingleFileStore {

    private final RandomAccessFile readFile;

    public PageFile(Path file, int cacheMiB) throws IOException {
        super(Map.of("cacheSize", cacheMiB));
        open(file.toString(), false, null);
        readFile = new RandomAccessFile(file.toFile(), "r");
    }

    @Override
    public ByteBuffer readFully(SFChunk chunk, long position, int length) {
        byte[] bytes = new byte[length];
        synchronized (readFile) {
            try {
                readFile.seek(position);
                readFile.readFully(bytes);
            } catch (IOException e) {
                throw failure(DataUtils.ERROR_READING_FAILED, e);
            }
        }
        return ByteBuffer.wrap(bytes);
    }

    @Override
    public void close() {
        try {
            readFile.close();
        } catch (IOException e) {
            throw failure(DataUtils.ERROR_WRITING_FAILED, e);
        } finally {
            super.close();
        }
    }

    private MVStoreException failure(int code, IOException cause) {
        MVStoreException failure = new MVStoreException(code, getFileName() + ": " + cause.getMessage());
        failure.initCause(cause);
        return failure;
    }
}
