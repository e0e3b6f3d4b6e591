package io.datahub.ssh.sftp.wire;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Paths as clients write them: separated by {@code /}, relative ones to the root, with {@code .} and {@code ..}, which
 * are removed here and never leave the root.
 */
public final class ClientPaths {

    private ClientPaths() {}

    /** The record or directory of a path; refused if it can't be one. */
    public static Result<RecordPath> parse(String text) {
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : text.split("/", -1)) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        return RecordPath.parse(String.join("/", segments));
    }

    /** The canonical form for clients. */
    private static String canonical(RecordPath path) {
        return "/" + path;
    }

    /** Answers with the canonical form of a path, whether it exists or not. */
    public static void answer(int id, String text, Output output) {
        Result<RecordPath> path = parse(text);
        if (path.isRefused()) {
            output.status(id, Status.of(path.refusal().get()));
        } else {
            output.path(id, canonical(path.get()));
        }
    }

    /** A path in which a leading {@code ~} stands for the user's home, which is the root. */
    public static String expand(String text) {
        if (!text.startsWith("~")) {
            return text;
        }
        int slash = text.indexOf('/');
        return slash < 0 ? "/" : text.substring(slash);
    }
}
