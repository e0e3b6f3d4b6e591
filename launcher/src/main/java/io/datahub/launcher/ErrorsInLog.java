package io.datahub.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The errors that were logged since this was made: what to tell the operator when a hub doesn't get ready. */
final class ErrorsInLog {

    private static final int LINES = 5;

    private final Path log;
    private final long from;

    ErrorsInLog(Path log) throws IOException {
        this.log = log;
        this.from = Files.exists(log) ? Files.size(log) : 0;
    }

    /** Returns the first few lines, or none. A log that was rolled over meanwhile is read from its beginning. */
    List<String> read() {
        try {
            byte[] bytes = Files.readAllBytes(log);
            int start = bytes.length < from ? 0 : (int) from;
            return new String(bytes, start, bytes.length - start, StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.contains(" ERROR "))
                    .limit(LINES)
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
