package io.datahub.http.tree;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A zip file with names in UTF-8, compressed, with the extensions for files over 4 GiB where they are needed. */
final class ZipWriter implements ArchiveWriter {

    private final ZipOutputStream zip;

    ZipWriter(OutputStream target) {
        zip = new ZipOutputStream(target);
        zip.setLevel(Deflater.BEST_SPEED);
    }

    @Override
    public void addDirectory(String path, Instant modified) throws IOException {
        begin(path + "/", modified);
        zip.closeEntry();
    }

    @Override
    public void beginFile(String path, long size, Instant modified) throws IOException {
        begin(path, modified);
    }

    private void begin(String name, Instant modified) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setLastModifiedTime(FileTime.from(modified));
        zip.putNextEntry(entry);
    }

    @Override
    public void write(byte[] bytes, int length) throws IOException {
        zip.write(bytes, 0, length);
    }

    @Override
    public void endFile() throws IOException {
        zip.closeEntry();
    }

    @Override
    public void finish() throws IOException {
        zip.finish();
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
