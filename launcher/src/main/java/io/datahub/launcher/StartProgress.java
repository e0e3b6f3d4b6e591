package io.datahub.launcher;

import java.time.Duration;

/** A line on the terminal that says how far the start is, replaced once a second; nothing if standard output is none. */
final class StartProgress {

    private static final String ERASE_LINE = "\r\033[K";

    private final boolean isShown = Boolean.getBoolean("datahub.terminal");
    private long drawnSecond = -1;

    void draw(int activeBundles, Duration elapsed) {
        if (isShown && elapsed.toSeconds() != drawnSecond) {
            drawnSecond = elapsed.toSeconds();
            print(ERASE_LINE + "  " + activeBundles + " bundles started, " + drawnSecond + " s");
        }
    }

    /** Erases the line, for other output. */
    void clear() {
        if (drawnSecond >= 0) {
            print(ERASE_LINE);
        }
    }

    private static void print(String text) {
        System.out.print(text);
        System.out.flush();
    }
}
