package io.datahub.ssh.rsync;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.log.LogText;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the machine's {@code rsync} and {@code bwrap}, and tests once that the first is new enough and that the second
 * can confine it. Thread-safe.
 */
final class RsyncProgram {

    private static final Logger LOG = LoggerFactory.getLogger(RsyncProgram.class);

    private static final String MIN_VERSION = "3.5.0";
    private static final Pattern VERSION = Pattern.compile("rsync +version v?([0-9]{1,4})\\.([0-9]{1,4})\\S*");
    private static final int MIN_MAJOR = 3;
    private static final int MIN_MINOR = 5;
    private static final int MAX_OUTPUT = 65_536;
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(5);

    /**
     * Where the two programs are.
     *
     * @param limitsProcesses whether the number of processes can be limited: older kernels count those of the user
     *     everywhere
     */
    record Found(Path rsync, Path bubblewrap, boolean limitsProcesses) {

        /** Begins a command that runs this program. */
        Sandbox sandbox() throws IOException {
            return new Sandbox(bubblewrap, rsync);
        }

        /** Ends a command by running the program with arguments. */
        List<String> run(Sandbox sandbox, List<String> arguments) {
            return limitsProcesses ? sandbox.runLimited(rsync, arguments) : sandbox.run(rsync, arguments);
        }
    }

    private final String searchPath;

    /** Guarded by this, as are the next two. */
    private Found good;

    private Refusal failure;
    private long failedAt;

    /**
     * Looks nothing up yet.
     *
     * @param searchPath directories separated by colons, like the variable PATH
     */
    RsyncProgram(String searchPath) {
        this.searchPath = searchPath;
    }

    /** The programs; or the refusal that names what is missing. Blocks while they are being tested. */
    synchronized Result<Found> find() {
        if (good != null && Files.isExecutable(good.rsync()) && Files.isExecutable(good.bubblewrap())) {
            return Result.done(good);
        }
        if (failure != null && System.nanoTime() - failedAt < RETRY.toNanos()) {
            return Result.refused(failure);
        }
        Result<Found> found = search();
        good = found.isRefused() ? null : found.get();
        failure = found.refusal().orElse(null);
        failedAt = System.nanoTime();
        return found;
    }

    private Result<Found> search() {
        Optional<Path> rsync = locate("rsync");
        if (rsync.isEmpty()) {
            return missing("rsync isn't installed on the hub's machine; install rsync " + MIN_VERSION + " or newer");
        }
        Optional<Path> bubblewrap = locate("bwrap");
        if (bubblewrap.isEmpty()) {
            return missing("bubblewrap isn't installed on the hub's machine; rsync runs only confined by it");
        }
        Found found;
        String output;
        try {
            boolean limited = output(new Sandbox(bubblewrap.get(), rsync.get()).testLimit())
                    .strip()
                    .equals("limited");
            found = new Found(rsync.get(), bubblewrap.get(), limited);
            output = output(found.run(found.sandbox(), List.of("--version")));
        } catch (IOException e) {
            return missing("the hub can't run rsync confined; its log has the reason", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Result.refused(Refusal.unavailable("the hub is stopping", RETRY));
        }
        Matcher version = VERSION.matcher(output);
        if (!version.find()) {
            return missing(
                    "the hub can't run rsync confined; its log has the reason",
                    output.lines().findFirst().orElse("no output"));
        }
        int major = Integer.parseInt(version.group(1));
        int minor = Integer.parseInt(version.group(2));
        if (major < MIN_MAJOR || (major == MIN_MAJOR && minor < MIN_MINOR)) {
            return missing("the rsync of the hub's machine is too old (" + version.group(1) + "." + version.group(2)
                    + "); install " + MIN_VERSION + " or newer");
        }
        LOG.info(
                "event=ssh.rsync.available program={} version={} confinedBy={} limitsProcesses={}",
                LogText.quoted(found.rsync()),
                LogText.quoted(version.group()),
                LogText.quoted(found.bubblewrap()),
                found.limitsProcesses());
        return Result.done(found);
    }

    private Result<Found> missing(String sentence) {
        return missing(sentence, sentence);
    }

    private Result<Found> missing(String sentence, String reason) {
        if (failure == null || !failure.detail().equals(sentence)) {
            LOG.warn("event=ssh.rsync.unavailable reason={}", LogText.quoted(reason));
        }
        return Result.refused(Refusal.unavailable(sentence, RETRY));
    }

    private Optional<Path> locate(String name) {
        for (String folder : searchPath.split(File.pathSeparator, -1)) {
            if (folder.startsWith("/")) {
                Path program = Path.of(folder, name);
                if (Files.isRegularFile(program) && Files.isExecutable(program)) {
                    return Optional.of(program);
                }
            }
        }
        return Optional.empty();
    }

    /** The output of a program that ends soon, and writes less than a pipe holds. */
    private static String output(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        Process process = builder.start();
        try (InputStream output = process.getInputStream()) {
            process.getOutputStream().close();
            if (!process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("it took longer than " + LIMIT.toSeconds() + " s");
            }
            return new String(output.readNBytes(MAX_OUTPUT), StandardCharsets.UTF_8);
        } finally {
            process.destroyForcibly();
        }
    }
}
