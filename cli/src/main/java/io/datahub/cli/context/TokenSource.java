package io.datahub.cli.context;

import io.datahub.cli.core.Failure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The token of a context, as it is now: a file is read again when it has changed, a command is run again after some minutes. Thread-safe. */
final class TokenSource implements Supplier<Optional<String>> {

    private static final long KEEP_NANOS = TimeUnit.MINUTES.toNanos(5);

    private final Context context;
    private Optional<String> printed = Optional.empty();
    private long printedAt;
    private String content = "";
    private List<Object> version = List.of();

    TokenSource(Context context) {
        this.context = context;
    }

    @Override
    public synchronized Optional<String> get() {
        if (!context.token().isEmpty()) {
            return Optional.of(valid(context.token(), "the token"));
        }
        if (!context.tokenFile().isEmpty()) {
            return Optional.of(valid(read(Path.of(context.tokenFile())), context.tokenFile()));
        }
        if (context.tokenCommand().isEmpty()) {
            return Optional.empty();
        }
        if (printed.isEmpty() || System.nanoTime() - printedAt > KEEP_NANOS) {
            printed = Optional.of(valid(run(context.tokenCommand()), "the output of " + context.tokenCommand()));
            printedAt = System.nanoTime();
        }
        return printed;
    }

    private String read(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            List<Object> found = Arrays.asList(now.fileKey(), now.size(), now.lastModifiedTime());
            if (!found.equals(version)) {
                content = Files.readString(file);
                version = found;
            }
            return content;
        } catch (IOException e) {
            throw new Failure(
                    Failure.USAGE, "the token file " + file + " can't be read: correct its name, or make it readable");
        }
    }

    private static String run(String command) {
        try {
            Process process = new ProcessBuilder(Shell.command(command))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new Failure(
                        Failure.USAGE,
                        "'" + command + "' ended with status " + process.exitValue() + ", not with a token");
            }
            return output;
        } catch (IOException e) {
            throw new Failure(Failure.USAGE, "'" + command + "' can't be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Failure(Failure.FAILED, "interrupted");
        }
    }

    private static String valid(String text, String source) {
        String token = text.strip();
        boolean isWord = !token.isEmpty();
        for (int i = 0; i < token.length(); i++) {
            isWord &= token.charAt(i) > ' ' && token.charAt(i) <= '~';
        }
        if (!isWord) {
            throw new Failure(Failure.USAGE, source + " is no token: a token is one word");
        }
        return token;
    }
}
