package io.datahub.validators;

import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Verdict;
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
 * Runs a program over one record at a time and thread, each run in a folder of its own, with a copy of the record that it
 * may do with what it likes. What it writes to its output and its errors is kept beside that folder, not in it. Both go
 * with the run; what a killed hub left is removed at the next start.
 */
final class CommandRuns {

    private static final long LOOK_MILLIS = 10;
    private static final int LONGEST_LINE = 500;
    private static final Pattern STATUS = Pattern.compile("[1-9][0-9]{0,2}");
    private static final Pattern PLACED = Pattern.compile("(\\d{1,9})(?::(\\d{1,9}))?: (.*)");

    private final Path folder;
    private final Map<String, String> environment;
    private final Set<Integer> refusals;
    private final long timeoutMillis;
    private final long maxOutputBytes;

    /**
     * Prepares for runs.
     *
     * @param folder for this alone; it is emptied
     * @param refusals the exit statuses by which the program refuses
     */
    CommandRuns(
            Path folder,
            Map<String, String> environment,
            Set<Integer> refusals,
            long timeoutMillis,
            long maxOutputBytes)
            throws IOException {
        this.folder = folder;
        this.environment = environment;
        this.refusals = refusals;
        this.timeoutMillis = timeoutMillis;
        this.maxOutputBytes = maxOutputBytes;
        if (maxOutputBytes < 1) {
            throw new IllegalArgumentException("maxOutputBytes is " + maxOutputBytes + "; it must be 1 or more");
        }
        remove(folder);
        Files.createDirectories(folder);
    }

    /**
     * What a program finds in its environment: nothing of the hub's, but a path, a locale, and what is configured.
     *
     * @throws IllegalArgumentException if an item isn't NAME=VALUE
     */
    static Map<String, String> environment(String... items) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", "/usr/local/bin:/usr/bin:/bin");
        environment.put("LANG", "C.UTF-8");
        for (String item : Items.of(items)) {
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
     * The exit statuses by which a program refuses.
     *
     * @throws IllegalArgumentException if an item is no number from 1 to 255
     */
    static Set<Integer> statuses(String... items) {
        Set<Integer> statuses = new HashSet<>();
        for (String item : Items.of(items)) {
            if (!STATUS.matcher(item).matches() || Integer.parseInt(item) > 255) {
                throw new IllegalArgumentException("refusals has \"" + item + "\"; each item is from 1 to 255");
            }
            statuses.add(Integer.valueOf(item));
        }
        return Set.copyOf(statuses);
    }

    /**
     * Has the program judge.
     *
     * @throws IOException if it takes too long, writes too much, or ends with a status that says nothing
     */
    Verdict judge(CommandLine command, Candidate candidate) throws IOException, InterruptedException {
        Path run = begin();
        try {
            Path own = Files.createDirectory(run.resolve("own"));
            Path record = own.resolve("record");
            try (InputStream bytes = candidate.open()) {
                Files.copy(bytes, record);
            }
            if (Files.getFileStore(record).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(record, PosixFilePermissions.fromString("r--------"));
            }
            return run(command, facts(candidate, record), own, candidate.path().toString());
        } finally {
            remove(run);
        }
    }

    private Path begin() throws IOException {
        try {
            return Files.createTempDirectory(folder, "run");
        } catch (IOException e) {
            throw new IOException(
                    "the folder " + folder + " for its program can't be written: let the hub's own user do that (" + e
                            + ")",
                    e);
        }
    }

    private static Map<String, String> facts(Candidate candidate, Path record) {
        return Map.of(
                "file", record.toString(),
                "path", candidate.path().toString(),
                "user", candidate.user().orElse(""),
                "size", String.valueOf(candidate.size()),
                "sha256", candidate.sha256());
    }

    /**
     * Runs it.
     *
     * @param own the program's folder, in one that is the run's
     * @param path what the program calls by the name of the copy
     */
    private Verdict run(CommandLine command, Map<String, String> facts, Path own, String path)
            throws IOException, InterruptedException {
        Path output = own.resolveSibling("output");
        Path errors = own.resolveSibling("errors");
        ProcessBuilder builder = new ProcessBuilder(command.with(facts))
                .directory(own.toFile())
                .redirectInput(own.resolve("record").toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().put("HOME", own.toString());
        builder.environment().put("TMPDIR", own.toString());
        facts.forEach((name, value) -> builder.environment().put("DATAHUB_" + name.toUpperCase(Locale.ROOT), value));
        int status;
        try (ProcessTree tree = new ProcessTree(builder)) {
            status = await(tree.process(), output, errors);
        }
        if (status == 0) {
            return Verdict.accept();
        }
        List<String> said = lines(output, facts, path);
        List<String> complained = lines(errors, facts, path);
        if (!refusals.contains(status)) {
            throw new IOException("its program ended with status " + status
                    + (complained.isEmpty() ? "" : ": " + String.join(" ", complained)));
        }
        return refusal(said.isEmpty() ? complained : said);
    }

    private static List<String> lines(Path file, Map<String, String> facts, String path) throws IOException {
        return new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                .replace(facts.get("file"), path)
                .lines()
                .filter(line -> !line.isBlank())
                .limit(Findings.MOST)
                .map(line -> printable(line.strip()))
                .toList();
    }

    private int await(Process process, Path output, Path errors) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
        boolean over = false;
        while (!over) {
            over = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            if (Files.size(output) + Files.size(errors) > maxOutputBytes) {
                throw new IOException("its program wrote more than " + maxOutputBytes + " bytes and was ended");
            }
            if (!over && System.nanoTime() - end > 0) {
                throw new IOException("its program took longer than " + timeoutMillis + " ms and was ended");
            }
        }
        return process.exitValue();
    }

    /** A line may begin with a line and a column of the record: {@code 12:3: what is wrong}. */
    private static Verdict refusal(List<String> lines) {
        Findings findings = new Findings();
        for (String line : lines) {
            Matcher placed = PLACED.matcher(line);
            if (placed.matches()) {
                int column = placed.group(2) == null ? 0 : Integer.parseInt(placed.group(2));
                findings.add(Integer.parseInt(placed.group(1)), column, placed.group(3));
            } else {
                findings.add(0, 0, line);
            }
        }
        if (lines.isEmpty()) {
            findings.add(0, 0, "its program refuses the record and doesn't say why");
        }
        return findings.verdict();
    }

    private static String printable(String text) {
        String printed = text.replaceAll("\\p{Cntrl}", " ");
        return printed.length() <= LONGEST_LINE ? printed : printed.substring(0, LONGEST_LINE) + "…";
    }

    /** Also what the program has locked against everybody. */
    private static void remove(Path file) throws IOException {
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            if (Files.getFileStore(file).supportsFileAttributeView("posix")) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
            }
            try (DirectoryStream<Path> inside = Files.newDirectoryStream(file)) {
                for (Path each : inside) {
                    remove(each);
                }
            }
        }
        Files.deleteIfExists(file);
    }
}
