package io.datahub.store.metadata;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Violation;
import io.datahub.store.disk.DirectoryEntry;
import java.util.List;
import java.util.Optional;

/**
 * An operation on a path that is written to the database before it is carried out, so that recovery after a crash can
 * attribute the result.
 *
 * @param kind the operation
 * @param key the inode number of the file or directory that will be at the path; 0 if there will be none
 * @param size of the new version, in bytes; of the refused one for a rejection
 * @param modified of the same version, in nanoseconds since 1970
 * @param sha256 of the same version
 * @param user who performs the operation; empty if unknown
 * @param validators the validators that validated it
 * @param violations the violations that they found
 * @param parents how many parent directories will be created for it
 * @param lastGoodCopy the file name of the new version's last good copy, kept for rollback; empty if there is none
 * @param times the times of the new version
 * @param counterpart the other path of a move, which has an intent too unless a directory is moved: the old path for a
 *     write or a directory, the new one for a deletion
 */
public record Intent(
        Kind kind,
        long key,
        long size,
        long modified,
        String sha256,
        String user,
        List<ValidatorId> validators,
        List<Violation> violations,
        int parents,
        String lastGoodCopy,
        CommitTimes times,
        Optional<RecordPath> counterpart) {

    /** The operations on a path. */
    public enum Kind {
        WRITE,
        DELETE,
        /** Rolling back a change that was made outside the hub. */
        REJECT,
        /** Moving a directory here, with what is known about those below it. */
        MOVE_DIRECTORY
    }

    public Intent {
        validators = List.copyOf(validators);
        violations = List.copyOf(violations);
    }

    /** An intent of a write, deletion or rejection that is no part of a move. */
    public Intent(
            Kind kind,
            long key,
            long size,
            long modified,
            String sha256,
            String user,
            List<ValidatorId> validators,
            List<Violation> violations,
            int parents,
            String lastGoodCopy) {
        this(
                kind,
                key,
                size,
                modified,
                sha256,
                user,
                validators,
                violations,
                parents,
                lastGoodCopy,
                CommitTimes.NONE,
                Optional.empty());
    }

    /** The intent to delete the path; with a counterpart, as part of a move to there. */
    public static Intent deletion(String user, Optional<RecordPath> counterpart) {
        return new Intent(Kind.DELETE, 0, 0, 0, "", user, List.of(), List.of(), 0, "", CommitTimes.NONE, counterpart);
    }

    /** The intent to move a directory here, which concerns only what is known about directories made on purpose. */
    public static Intent directoryMove(long key, String user, int parents, RecordPath source) {
        return new Intent(
                Kind.MOVE_DIRECTORY,
                key,
                0,
                0,
                "",
                user,
                List.of(),
                List.of(),
                parents,
                "",
                CommitTimes.NONE,
                Optional.of(source));
    }

    /** Whether the operation was carried out, according to what is at the path. */
    public boolean isDone(DirectoryEntry onDisk) {
        return switch (kind) {
            case WRITE ->
                onDisk.isFile()
                        && onDisk.stat().key() == key
                        && onDisk.stat().size() == size
                        && onDisk.stat().modified() == modified;
            case DELETE -> !onDisk.isFile();
            case REJECT ->
                key == 0 ? !onDisk.isFile() : onDisk.isFile() && onDisk.stat().key() == key;
            case MOVE_DIRECTORY -> onDisk.isDirectory() && onDisk.stat().key() == key;
        };
    }

    byte[] pack() {
        return RecordCodec.write(out -> {
            boolean directory = kind == Kind.MOVE_DIRECTORY;
            out.writeUTF((directory ? Kind.WRITE : kind).name()); // which an earlier version of the hub drops
            out.writeLong(key);
            out.writeLong(size);
            out.writeLong(modified);
            out.writeUTF(sha256);
            out.writeUTF(user);
            RecordCodec.list(out, validators, (o, validator) -> {
                o.writeUTF(validator.name());
                o.writeUTF(validator.version());
            });
            RecordCodec.list(out, violations, (o, violation) -> {
                o.writeUTF(violation.validator());
                o.writeUTF(violation.version());
                o.writeInt(violation.line());
                o.writeInt(violation.column());
                RecordCodec.writeText(o, violation.message());
            });
            out.writeInt(parents);
            out.writeUTF(lastGoodCopy);
            times.write(out);
            out.writeUTF(counterpart.map(RecordPath::toString).orElse(""));
            out.writeBoolean(directory);
        });
    }

    static Intent unpack(byte[] bytes) {
        return RecordCodec.read(bytes, in -> {
            Intent intent = new Intent(
                    Kind.valueOf(in.readUTF()),
                    in.readLong(),
                    in.readLong(),
                    in.readLong(),
                    in.readUTF(),
                    in.readUTF(),
                    RecordCodec.list(in, i -> new ValidatorId(i.readUTF(), i.readUTF())),
                    RecordCodec.list(
                            in, i -> new Violation(i.readUTF(), i.readUTF(), i.readInt(), i.readInt(), i.readUTF())),
                    in.readInt(),
                    in.readUTF(),
                    RecordCodec.trailing(in, CommitTimes::read, CommitTimes.NONE),
                    Optional.of(RecordCodec.trailing(in, RecordInput::readUTF, ""))
                            .filter(path -> !path.isEmpty())
                            .map(RecordPath::of));
            return RecordCodec.trailingFlag(in)
                    ? directoryMove(intent.key, intent.user, intent.parents, intent.counterpart.orElseThrow())
                    : intent;
        });
    }
}
