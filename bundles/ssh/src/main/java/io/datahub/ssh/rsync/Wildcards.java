package io.datahub.ssh.rsync;

import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.WildcardPattern;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Expands {@code *} and {@code ?} in the paths of a download, as the shell of an ordinary server does. */
final class Wildcards {

    /** More matches than these are an error, as bubblewrap takes 9,000 arguments. */
    static final int MAX_MATCHES = 8_000;

    private final VisibleRecords records;

    Wildcards(VisibleRecords records) {
        this.records = records;
    }

    /**
     * The paths that a path stands for: itself if there is something of that name, or if nothing matches.
     *
     * @param path the path
     * @return the paths; more than {@link #MAX_MATCHES} if there are too many
     * @throws IOException if the disk failed
     */
    List<RsyncPath> expand(RsyncPath path) throws IOException {
        String text = path.path().toString();
        if ((text.indexOf('*') < 0 && text.indexOf('?') < 0)
                || records.at(path.path()).isPresent()) {
            return List.of(path);
        }
        List<RecordPath> matches = List.of(RecordPath.ROOT);
        for (String segment : text.split("/", -1)) {
            matches = matches(matches, segment);
        }
        return matches.isEmpty()
                ? List.of(path)
                : matches.stream()
                        .map(match -> RsyncPath.of(match, path.isDirectory()))
                        .toList();
    }

    private List<RecordPath> matches(List<RecordPath> directories, String segment) throws IOException {
        WildcardPattern pattern = WildcardPattern.ofPath(segment);
        boolean hidden = segment.startsWith(".");
        List<RecordPath> found = new ArrayList<>();
        for (RecordPath directory : directories) {
            records.visit(directory, false, (path, entry) -> {
                if (pattern.matches(entry.name()) && (hidden || !entry.name().startsWith("."))) {
                    found.add(path);
                }
                return found.size() <= MAX_MATCHES;
            });
        }
        return found;
    }
}
