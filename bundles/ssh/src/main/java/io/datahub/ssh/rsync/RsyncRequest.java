package io.datahub.ssh.rsync;

import java.util.List;

/**
 * What a client asks of the rsync at the server's side.
 *
 * @param sends whether the server sends: a download
 * @param letters the client's single-letter options
 * @param options the options of the client that are passed on
 * @param paths the paths, as the client wrote them: one for an upload, one or more for a download
 */
record RsyncRequest(boolean sends, String letters, List<String> options, List<String> paths) {

    RsyncRequest {
        options = List.copyOf(options);
        paths = List.copyOf(paths);
    }

    /** Whether directories are transferred with what is below them. */
    boolean isRecursive() {
        return has('r');
    }

    /** Whether files are compared although they have the same size and, to the second, the same time. */
    boolean comparesContent() {
        return has('c') || has('I') || options.stream().anyMatch(option -> option.startsWith("-@-"));
    }

    /** Whether files are compared by attributes that the hub doesn't keep. */
    boolean keepsExtendedAttributes() {
        return has('A') || has('X');
    }

    /** Whether the times of files are transferred. */
    boolean keepsTimes() {
        return has('t');
    }

    /** Whether the owners of files are transferred. */
    boolean keepsOwner() {
        return has('o');
    }

    /** Whether the groups of files are transferred. */
    boolean keepsGroup() {
        return has('g');
    }

    private boolean has(char letter) {
        return letters.indexOf(letter) >= 0;
    }
}
