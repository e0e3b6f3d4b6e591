package io.datahub.ssh.session;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import java.util.ArrayDeque;
import java.util.Deque;

/** Paths as clients of file transfer programs write them: absolute, relative to the root, or beginning with a tilde. */
public final class ClientPath {

    private ClientPath() {}

    /**
     * Finds the record or directory that a path names. Whatever it says, it doesn't leave the root, which is also the
     * home directory.
     *
     * @param text the path
     * @return the record or directory, or a refusal if there can't be one of that name
     */
    public static Result<RecordPath> parse(String text) {
        String path = text.equals("~") || text.startsWith("~/") ? text.substring(1) : text;
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : path.split("/", -1)) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        return RecordPath.parse(String.join("/", segments));
    }
}
