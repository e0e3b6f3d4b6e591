package io.datahub.ssh.sftp.wire;

import io.datahub.api.record.Listing;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The attributes of a file (draft-ietf-secsh-filexfer-02, section 5), as far as they mean something here. Owners and
 * permissions that a client sets are ignored: grants decide.
 *
 * @param size the size in bytes, if it is given
 * @param permissions type and mode bits, if they are given
 * @param modified the time of the bytes, if it is given; in whole seconds
 */
public record Attributes(OptionalLong size, Optional<Integer> permissions, Optional<Instant> modified) {

    public static final int DIRECTORY = 040755;
    public static final int FILE = 0100644;

    private static final int SIZE = 1;
    private static final int OWNER = 2;
    private static final int PERMISSIONS = 4;
    private static final int TIMES = 8;
    private static final int EXTENDED = 0x80000000;
    private static final long MAX_SECONDS = 0xffffffffL;

    public static Attributes file(long size, Instant modified) {
        return new Attributes(OptionalLong.of(size), Optional.of(FILE), Optional.of(modified));
    }

    public static Attributes directory(Instant modified) {
        return new Attributes(OptionalLong.of(0), Optional.of(DIRECTORY), Optional.of(modified));
    }

    public static Attributes of(Listing.Entry entry) {
        return entry.directory()
                ? directory(entry.modified())
                : file(entry.size(), entry.clientModified().orElse(entry.modified()));
    }

    public boolean isDirectory() {
        return permissions.equals(Optional.of(DIRECTORY));
    }

    /** Reads attributes, whatever of them is there. */
    public static Attributes read(Packet packet) {
        int flags = packet.uint32();
        OptionalLong size = (flags & SIZE) == 0 ? OptionalLong.empty() : OptionalLong.of(packet.uint64());
        if ((flags & OWNER) != 0) {
            packet.uint32();
            packet.uint32();
        }
        Optional<Integer> permissions = (flags & PERMISSIONS) == 0 ? Optional.empty() : Optional.of(packet.uint32());
        Optional<Instant> modified = Optional.empty();
        if ((flags & TIMES) != 0) {
            packet.uint32();
            modified = Optional.of(Instant.ofEpochSecond(Integer.toUnsignedLong(packet.uint32())));
        }
        if ((flags & EXTENDED) != 0) {
            for (int left = packet.uint32(); left > 0; left--) {
                packet.data();
                packet.data();
            }
        }
        return new Attributes(size, permissions, modified);
    }

    public void write(Output output) {
        output.int32((size.isPresent() ? SIZE : 0)
                | (permissions.isPresent() ? PERMISSIONS : 0)
                | (modified.isPresent() ? TIMES : 0));
        size.ifPresent(output::int64);
        permissions.ifPresent(output::int32);
        modified.ifPresent(time -> {
            int seconds = (int) Math.max(0, Math.min(MAX_SECONDS, time.getEpochSecond()));
            output.int32(seconds);
            output.int32(seconds);
        });
    }
}
