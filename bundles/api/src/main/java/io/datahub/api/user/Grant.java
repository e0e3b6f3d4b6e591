package io.datahub.api.user;

import io.datahub.api.record.RecordPath;

/**
 * Something that a user may do.
 *
 * @param action what
 * @param what a topic prefix, or a path: one that ends in {@code /} is that tree, the empty one everything, any other
 *     exactly that record; the user's name stands in place of {@code {user}} already
 * @param origin where it was granted, for explanations: {@code role ci} or {@code user jenkins}
 */
public record Grant(Action action, String what, String origin) {

    /** Whether it is a grant of paths that covers this record. */
    public boolean covers(RecordPath path) {
        String text = path.toString();
        return what.isEmpty() || (what.endsWith("/") ? text.startsWith(what) : text.equals(what));
    }

    /** Whether something that it covers may lie below this directory, or the directory itself lies in what it covers. */
    public boolean reachesInto(RecordPath directory) {
        String tree = directory.isRoot() ? "" : directory + "/";
        return what.startsWith(tree) || (what.endsWith("/") && tree.startsWith(what)) || what.isEmpty();
    }
}
