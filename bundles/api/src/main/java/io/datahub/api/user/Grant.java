package io.datahub.api.user;

import io.datahub.api.path.RecordPath;

/**
 * A permission of a user.
 *
 * @param action what it allows
 * @param what a topic prefix, or a path: one that ends in {@code /} is that tree, the empty one everything, any other
 *     exactly that record; {@code {user}} has already been replaced by the user's name
 * @param origin where it was granted, for explanations: {@code role ci} or {@code user jenkins}
 */
public record Grant(Action action, String what, String origin) {

    /**
     * Whether it is a grant for paths that covers this record.
     *
     * @param path the path of a record
     * @return whether it does
     */
    public boolean covers(RecordPath path) {
        String text = path.toString();
        return what.isEmpty() || (what.endsWith("/") ? text.startsWith(what) : text.equals(what));
    }

    /**
     * Whether it may cover something below this directory, or covers the directory itself.
     *
     * @param directory the directory
     * @return whether it does
     */
    public boolean reachesInto(RecordPath directory) {
        String tree = directory.isRoot() ? "" : directory + "/";
        return what.startsWith(tree) || (what.endsWith("/") && tree.startsWith(what)) || what.isEmpty();
    }
}
