package io.datahub.ssh.scp;

/**
 * The options of the server's end of {@code scp}.
 *
 * @param toHub {@code -t}: the client sends
 * @param fromHub {@code -f}: the client receives
 * @param recursive {@code -r}: whole directories
 * @param times {@code -p}: with the times of the files
 * @param directory {@code -d}: the target has to be a directory
 */
record ScpOptions(boolean toHub, boolean fromHub, boolean recursive, boolean times, boolean directory) {

    /** Their letters. */
    static final String LETTERS = "tfrpd";

    static ScpOptions of(String letters) {
        return new ScpOptions(
                letters.indexOf('t') >= 0,
                letters.indexOf('f') >= 0,
                letters.indexOf('r') >= 0,
                letters.indexOf('p') >= 0,
                letters.indexOf('d') >= 0);
    }
}
