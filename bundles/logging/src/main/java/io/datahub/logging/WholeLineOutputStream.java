package io.datahub.logging;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * Appends to a text file and keeps its lines whole: if a write fails after a part of its bytes, as on a full disk, the
 * file is truncated to the end of its last complete line. The failed bytes are lost. Expects to be the only writer of
 * the file. Not thread-safe.
 */
final class WholeLineOutputStream extends OutputStream {

    private final FileOutputStream file;
    private long size;
    private long endOfLastLine;

    private WholeLineOutputStream(FileOutputStream file) throws IOException {
        this.file = file;
        size = file.getChannel().size();
        endOfLastLine = size;
    }

    /**
     * Opens a file and creates it if it doesn't exist. A last line without an end, which a crash of the machine may
     * leave, is ended.
     */
    static WholeLineOutputStream open(Path path) throws IOException {
        boolean endsWithinLine = endsWithinLine(path);
        WholeLineOutputStream stream = new WholeLineOutputStream(new FileOutputStream(path.toFile(), true));
        if (endsWithinLine) {
            stream.write('\n');
        }
        return stream;
    }

    /** Uses a file that is opened for appending and ends with a complete line. */
    static WholeLineOutputStream of(FileOutputStream file) throws IOException {
        return new WholeLineOutputStream(file);
    }

    private static boolean endsWithinLine(Path path) throws IOException {
        if (!path.toFile().isFile() || path.toFile().length() == 0) {
            return false;
        }
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "r")) {
            file.seek(file.length() - 1);
            return file.read() != '\n';
        }
    }

    @Override
    public void write(int single) throws IOException {
        write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length == 0) {
            return;
        }
        try {
            file.write(bytes, offset, length);
        } catch (IOException e) {
            truncate(e);
            throw e;
        }
        size += length;
        if (bytes[offset + length - 1] == '\n') {
            endOfLastLine = size;
        }
    }

    private void truncate(IOException cause) {
        try {
            file.getChannel().truncate(endOfLastLine);
            size = endOfLastLine;
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
