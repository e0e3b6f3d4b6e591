package io.datahub.store.metadata;

/**
 * A copy of a record's last good version, kept for rollback.
 *
 * @param file its file name in the directory of copies
 * @param size in bytes
 * @param sha256 in lower-case hexadecimal
 */
public record LastGoodCopyEntry(String file, long size, String sha256) {

    byte[] pack() {
        return RecordCodec.write(out -> {
            out.writeUTF(file);
            out.writeLong(size);
            out.writeUTF(sha256);
        });
    }

    static LastGoodCopyEntry unpack(byte[] bytes) {
        return RecordCodec.read(bytes, in -> new LastGoodCopyEntry(in.readUTF(), in.readLong(), in.readUTF()));
    }
}
