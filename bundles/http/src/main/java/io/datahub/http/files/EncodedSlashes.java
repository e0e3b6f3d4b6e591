package io.datahub.http.files;

import io.datahub.api.Result;
import io.datahub.api.path.PercentText;
import io.datahub.api.path.RecordPath;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The directory trees in which a request may encode the slash of a path as {@code %2F}, as npm clients do in {@code
 * @scope%2fname}. There it is equivalent to a plain slash. Elsewhere such a request is refused, because intermediate
 * servers may interpret it differently.
 */
final class EncodedSlashes {

    /** Encoded slashes are allowed nowhere. */
    static final EncodedSlashes NONE = new EncodedSlashes(new String[0]);

    private static final Pattern ENCODED = Pattern.compile("%2[fF]");

    private final List<String> trees = new ArrayList<>();

    /**
     * @param trees paths of directories, each alone or several separated by commas, with or without a trailing slash;
     *     {@code /} is everything
     * @throws IllegalArgumentException if one is not a valid path
     */
    EncodedSlashes(String[] trees) {
        for (String raw : String.join(",", trees).split(",", -1)) {
            String tree = raw.strip();
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

    /** Whether the raw path of a request contains an encoded slash that is not allowed there. */
    boolean isForbidden(String raw) {
        Matcher slash = ENCODED.matcher(raw);
        return slash.find() && !isBelowTree(PercentText.decode(raw.substring(0, slash.start())));
    }

    private boolean isBelowTree(Result<String> before) {
        return !before.isRefused() && trees.stream().anyMatch(before.get()::startsWith);
    }
}
