package io.datahub.store.ledger;

/**
 * A copy of a record's last good version, kept for putting it back.
 *
 * @param file its name among the copies
 * @param size in bytes
 * @param sha256 in lower-case hexadecimal
 */
public record Good(String file, long size, String sha256) {

    byte[] pack() {
        return Packed.write(out -> {
            out.writeUTF(file);
            out.writeLong(size);
            out.writeUTF(sha256);
        });
    }

    static Good unpack(byte[] bytes) {
        return Packed.read(bytes, in -> new Good(in.readUTF(), in.readLong(), in.readUTF()));
    }
}
