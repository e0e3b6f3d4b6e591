package io.datahub.http;

import io.datahub.api.Result;
import io.datahub.api.record.RecordPath;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The trees below which a request may write the slash of a path as {@code %2F}, as clients of npm do in {@code @scope%2fname}. It is
 * the same path as with a plain slash then. Elsewhere such a request is refused, since servers on the way may read it otherwise.
 */
final class EncodedSlashes {

    /** Allowed nowhere. */
    static final EncodedSlashes NONE = new EncodedSlashes(new String[0]);

    private static final Pattern ENCODED = Pattern.compile("%2[fF]");

    private final List<String> trees = new ArrayList<>();

    /**
     * @param trees paths of directories, with or without a slash at the end; {@code /} is everything
     * @throws IllegalArgumentException if one isn't a path
     */
    EncodedSlashes(String[] trees) {
        for (String written : trees) {
            String tree = written.strip();
            if (!tree.isEmpty()) {
                add(tree);
            }
        }
    }

    private void add(String tree) {
        String directory = tree.endsWith("/") ? tree.substring(0, tree.length() - 1) : tree;
        Result<RecordPath> path = RecordPath.parse(directory);
        if (path.isRefused()) {
            throw new IllegalArgumentException("encodedSlashPaths has " + tree
                    + "; it must be paths of directories such as npm/, separated by commas: "
                    + path.refusal().orElseThrow().detail());
        }
        trees.add(directory.isEmpty() ? "" : directory + "/");
    }

    /** Whether the path as a client wrote it has an encoded slash that isn't allowed there. */
    boolean forbid(String written) {
        Matcher slash = ENCODED.matcher(written);
        return slash.find() && !isBelowTree(PercentText.decode(written.substring(0, slash.start())));
    }

    private boolean isBelowTree(Result<String> before) {
        return !before.isRefused() && trees.stream().anyMatch(before.get()::startsWith);
    }
}
