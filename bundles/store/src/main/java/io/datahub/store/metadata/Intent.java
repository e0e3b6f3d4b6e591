package io.datahub.store.metadata;

import io.datahub.api.validation.JudgedBy;
import io.datahub.api.validation.Violation;
import io.datahub.store.disk.DirectoryEntry;
import java.util.List;

/**
 * What the hub is about to do to a path, written down before it does so, so that whoever finds it done knows whose doing it
 * was.
 *
 * @param kind what will be done
 * @param key the number of the file that will lie at the path; 0 if none will
 * @param size of the new version; of the refused one for a rejection
 * @param modified of the same, in nanoseconds since 1970
 * @param sha256 of the same
 * @param user who does it; empty where that isn't known
 * @param validators who judged
 * @param violations what they found
 * @param parents how many directories will be made for it
 * @param good the copy of the new version that is kept for putting it back; empty if there is none
 */
public record Intent(
        Kind kind,
        long key,
        long size,
        long modified,
        String sha256,
        String user,
        List<JudgedBy> validators,
        List<Violation> violations,
        int parents,
        String good) {

    /** What can be done to a path. */
    public enum Kind {
        WRITE,
        DELETE,
        /** Undoing a change that was made outside the hub. */
        REJECT
    }

    public Intent {
        validators = List.copyOf(validators);
        violations = List.copyOf(violations);
    }

    /** Whether it has been done, to judge by what lies at the path. */
    public boolean isDone(DirectoryEntry place) {
        return switch (kind) {
            case WRITE ->
                place.isFile()
                        && place.stat().key() == key
                        && place.stat().size() == size
                        && place.stat().modified() == modified;
            case DELETE -> !place.isFile();
            case REJECT ->
                key == 0 ? !place.isFile() : place.isFile() && place.stat().key() == key;
        };
    }

    byte[] pack() {
        return RecordCodec.write(out -> {
            out.writeUTF(kind.name());
            out.writeLong(key);
            out.writeLong(size);
            out.writeLong(modified);
            out.writeUTF(sha256);
            out.writeUTF(user);
            RecordCodec.list(out, validators, (o, judge) -> {
                o.writeUTF(judge.name());
                o.writeUTF(judge.version());
            });
            RecordCodec.list(out, violations, (o, violation) -> {
                o.writeUTF(violation.validator());
                o.writeUTF(violation.version());
                o.writeInt(violation.line());
                o.writeInt(violation.column());
                RecordCodec.text(o, violation.message());
            });
            out.writeInt(parents);
            out.writeUTF(good);
        });
    }

    static Intent unpack(byte[] bytes) {
        return RecordCodec.read(
                bytes,
                in -> new Intent(
                        Kind.valueOf(in.readUTF()),
                        in.readLong(),
                        in.readLong(),
                        in.readLong(),
                        in.readUTF(),
                        in.readUTF(),
                        RecordCodec.list(in, i -> new JudgedBy(i.readUTF(), i.readUTF())),
                        RecordCodec.list(
                                in,
                                i -> new Violation(i.readUTF(), i.readUTF(), i.readInt(), i.readInt(), i.readUTF())),
                        in.readInt(),
                        in.readUTF()));
    }
}
