package io.datahub.history.segment;

import io.datahub.api.file.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The lifetime of the history that new events belong to: that of the journal of file events. Events of earlier lifetimes
 * remain; they come after the file event with which this one began.
 *
 * @param name as in cursors
 * @param base the number of the last file event before it began
 */
public record Epoch(String name, long base) {

    /** The position, in this lifetime, of an event that was kept in the lifetime of a name. */
    public Position map(String of, Position position) {
        return of.equals(name) ? position : new Position(base, position.number());
    }

    /** Reads the stored epoch; one without a name if there is none. */
    public static Epoch read(Path file) throws IOException {
        if (!Files.exists(file)) {
            return new Epoch("", 0);
        }
        String[] parts = Files.readString(file).strip().split(" ", -1);
        if (parts.length != 2) {
            throw new IOException(file + " is damaged; restore it from a backup");
        }
        return new Epoch(parts[0], Long.parseLong(parts[1]));
    }

    public void write(Path file) throws IOException {
        AtomicFile.write(file, AtomicFile.Access.PRIVATE, (name + " " + base + "\n").getBytes(StandardCharsets.UTF_8));
    }
}
