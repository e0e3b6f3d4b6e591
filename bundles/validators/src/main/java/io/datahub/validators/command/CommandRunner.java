package io.datahub.validators.command;

import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Verdict;
import io.datahub.validators.support.CommaSeparated;
import io.datahub.validators.support.Findings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs a program for one record. Each run has its own directory with a copy of the record, which the program may
 * modify. Its standard output and error are captured next to that directory, not in it. The run directory is deleted
 * after the run; those of a killed hub are deleted at the next start. Thread-safe.
 */
final class CommandRunner {

    private static final long POLL_MILLIS = 10;
    private static final int MAX_LINE_LENGTH = 500;
    private static final Pattern STATUS = Pattern.compile("[1-9][0-9]{0,2}");
    private static final Pattern LINE_WITH_POSITION = Pattern.compile("(\\d{1,9})(?::(\\d{1,9}))?: (.*)");

    private final Path folder;
    private final Map<String, String> environment;
    private final Set<Integer> refusalStatuses;
    private final long timeoutMillis;
    private final long maxOutputBytes;

    /**
     * Creates a runner.
     *
     * @param folder the directory of the runs, for exclusive use; its content is deleted
     * @param refusalStatuses the exit statuses by which the program refuses a record
     */
    CommandRunner(
            Path folder,
            Map<String, String> environment,
            Set<Integer> refusalStatuses,
            long timeoutMillis,
            long maxOutputBytes)
            throws IOException {
        this.folder = folder;
        this.environment = environment;
        this.refusalStatuses = refusalStatuses;
        this.timeoutMillis = timeoutMillis;
        this.maxOutputBytes = maxOutputBytes;
        if (maxOutputBytes < 1) {
            throw new IllegalArgumentException("maxOutputBytes is " + maxOutputBytes + "; it must be 1 or more");
        }
        deleteRecursively(folder);
        Files.createDirectories(folder);
    }

    /**
     * The environment of the program: nothing from the hub's environment, only a search path, a locale, and the
     * configured variables.
     *
     * @throws IllegalArgumentException if an item isn't NAME=VALUE
     */
    static Map<String, String> environment(String... items) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        environment.put("LANG", "C.UTF-8");
        for (String item : CommaSeparated.of(items)) {
            int equals = item.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException("environment has \"" + item + "\"; each item is NAME=VALUE");
            }
            environment.put(
                    item.substring(0, equals).strip(),
                    item.substring(equals + 1).strip());
        }
        return Map.copyOf(environment);
    }

    /**
     * Parses the exit statuses by which the program refuses a record.
     *
     * @throws IllegalArgumentException if an item isn't a number from 1 to 255
     */
    static Set<Integer> statuses(String... items) {
        Set<Integer> statuses = new HashSet<>();
        for (String item : CommaSeparated.of(items)) {
            if (!STATUS.matcher(item).matches() || Integer.parseInt(item) > 255) {
                throw new IllegalArgumentException("refusals has \"" + item + "\"; each item is from 1 to 255");
            }
            statuses.add(Integer.valueOf(item));
        }
        return Set.copyOf(statuses);
    }

    /**
     * Validates a record by running the program.
     *
     * @throws IOException if the program takes too long, writes too much, or exits with an undefined status
     */
    Verdict validate(CommandLine command, Candidate candidate) throws IOException, InterruptedException {
        Path run = createRunFolder();
        try {
            Path workingDirectory = Files.createDirectory(run.resolve("own"));
            Path record = workingDirectory.resolve("record");
            try (InputStream bytes = candidate.open()) {
                Files.copy(bytes, record);
            }
            if (Files.getFileStore(record).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(record, PosixFilePermissions.fromString("r--------"));
            }
            return run(
                    command,
                    placeholders(candidate, record),
                    workingDirectory,
                    candidate.path().toString());
        } finally {
            deleteRecursively(run);
        }
    }

    private Path createRunFolder() throws IOException {
        try {
            return Files.createTempDirectory(folder, "run");
        } catch (IOException e) {
            throw new IOException(
                    "the folder " + folder
                            + " for its program isn't writable: give the hub's user permission to write to it (" + e
                            + ")",
                    e);
        }
    }

    private static Map<String, String> placeholders(Candidate candidate, Path record) {
        return Map.of(
                "file", record.toString(),
                "path", candidate.path().toString(),
                "user", candidate.user().orElse(""),
                "size", String.valueOf(candidate.size()),
                "sha256", candidate.sha256());
    }

    /**
     * Runs the program.
     *
     * @param workingDirectory the program's working directory, within the run directory
     * @param path replaces the path of the copy in the program's output
     */
    private Verdict run(CommandLine command, Map<String, String> placeholders, Path workingDirectory, String path)
            throws IOException, InterruptedException {
        Path output = workingDirectory.resolveSibling("output");
        Path errorOutput = workingDirectory.resolveSibling("errors");
        ProcessBuilder builder = new ProcessBuilder(command.substitute(placeholders))
                .directory(workingDirectory.toFile())
                .redirectInput(workingDirectory.resolve("record").toFile())
                .redirectOutput(output.toFile())
                .redirectError(errorOutput.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("HOME", workingDirectory.toString());
        builder.environment().put("TMPDIR", workingDirectory.toString());
        placeholders.forEach(
                (name, value) -> builder.environment().put("DATAHUB_" + name.toUpperCase(Locale.ROOT), value));
        int status;
        try (ProcessTree tree = new ProcessTree(builder)) {
            status = await(tree.process(), output, errorOutput);
        }
        if (status == 0) {
            return Verdict.accept();
        }
        List<String> outputLines = lines(output, placeholders, path);
        List<String> errorLines = lines(errorOutput, placeholders, path);
        if (!refusalStatuses.contains(status)) {
            throw new IOException("its program ended with status " + status
                    + (errorLines.isEmpty() ? "" : ": " + String.join(" ", errorLines)));
        }
        return refusal(outputLines.isEmpty() ? errorLines : outputLines);
    }

    private static List<String> lines(Path file, Map<String, String> placeholders, String path) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .replace(placeholders.get("file"), path)
                .lines()
                .filter(line -> !line.isBlank())
                .limit(Findings.MAX)
                .map(line -> printable(line.strip()))
                .toList();
    }

    private int await(Process process, Path output, Path errorOutput) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        boolean exited = false;
        while (!exited) {
            exited = process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS);
            if (Files.size(output) + Files.size(errorOutput) > maxOutputBytes) {
                throw new IOException("its program wrote more than " + maxOutputBytes + " bytes and was killed");
            }
            if (!exited && System.nanoTime() - deadline > 0) {
                throw new IOException("its program took longer than " + timeoutMillis + " ms and was killed");
            }
        }
        return process.exitValue();
    }

    /** Parses the output; a line may start with a line and column of the record: {@code 12:3: message}. */
    private static Verdict refusal(List<String> lines) {
        Findings findings = new Findings();
        for (String line : lines) {
            Matcher positioned = LINE_WITH_POSITION.matcher(line);
            if (positioned.matches()) {
                int column = positioned.group(2) == null ? 0 : Integer.parseInt(positioned.group(2));
                findings.add(Integer.parseInt(positioned.group(1)), column, positioned.group(3));
            } else {
                findings.add(line);
            }
        }
        if (lines.isEmpty()) {
            findings.add("its program refuses the record without a reason");
        }
        return findings.verdict();
    }

    private static String printable(String text) {
        String result = text.replaceAll("\\p{Cntrl}", " ");
        return result.length() <= MAX_LINE_LENGTH ? result : result.substring(0, MAX_LINE_LENGTH) + "…";
    }

    /** Deletes a file or directory, even if the program removed its permissions. */
    private static void deleteRecursively(Path file) throws IOException {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
            }
            try (DirectoryStream<Path> children = Files.newDirectoryStream(file)) {
                for (Path child : children) {
                    deleteRecursively(child);
                }
            }
        }
        Files.deleteIfExists(file);
    }
}
