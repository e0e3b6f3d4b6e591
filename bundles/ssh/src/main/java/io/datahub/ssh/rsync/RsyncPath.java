package io.datahub.ssh.rsync;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import java.util.ArrayList;
import java.util.List;

/**
 * A path in a command of rsync. Whether it begins with {@code /}, {@code ~/} or neither, it starts at the root of the
 * records.
 *
 * @param path the record or directory
 * @param isDirectory whether the client says that it is a directory, by a {@code /} at the end
 * @param written the path as it is passed to the program, relative to that root: with the {@code /} at the end that tells
 *     a directory from its content, and with the {@code /./} that {@code -R} looks for
 */
record RsyncPath(RecordPath path, boolean isDirectory, String written) {

    /** Parses a path. */
    static Result<RsyncPath> parse(String text) {
        String rest = text.equals("~") || text.startsWith("~/") ? text.substring(1) : text;
        List<String> names = new ArrayList<>();
        StringBuilder written = new StringBuilder(".");
        boolean marked = false;
        for (String name : rest.split("/", -1)) {
            if (name.equals("..")) {
                return Result.refused(Reason.BAD_REQUEST, "the path " + text + " has a segment ..");
            }
            if (name.equals(".")) {
                marked = !names.isEmpty();
            } else if (!name.isEmpty()) {
                written.append(marked ? "/./" : "/").append(name);
                names.add(name);
                marked = false;
            }
        }
        boolean isDirectory = names.isEmpty() || rest.endsWith("/") || rest.endsWith("/.");
        if (isDirectory) {
            written.append('/');
        }
        return RecordPath.parse(String.join("/", names))
                .then(path -> Result.done(new RsyncPath(path, isDirectory, written.toString())));
    }

    /** The path of something that exists. */
    static RsyncPath of(RecordPath path, boolean isDirectory) {
        return new RsyncPath(path, isDirectory, "./" + path + (isDirectory ? "/" : ""));
    }
}
