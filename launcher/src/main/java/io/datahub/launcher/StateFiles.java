package io.datahub.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The small files in {@code state/} that the hub reads at startup. A power failure can leave one of them empty; it is
 * then reported, with instructions, before anything is started. {@link ConsoleKey} repairs its own files.
 */
final class StateFiles {

    private static final Pattern NUMBER = Pattern.compile("\\s*\\d{1,9}\\s*");
    private static final Pattern KEY = Pattern.compile("(public|secret)-key\\s*=\\s*\"([!-~]{40})\"");
    private static final Pattern HOST_KEY =
            Pattern.compile("-----BEGIN ([A-Z ]+)-----.+-----END \\1-----", Pattern.DOTALL);

    private final Path state;

    StateFiles(HubHome home) {
        this.state = home.state();
    }

    /**
     * Checks the files.
     *
     * @return a message about a file that was moved aside, or empty
     * @throws CommandFailure if the hub can't start with a file in its present state
     */
    Optional<String> check() throws IOException, CommandFailure {
        Path format = state.resolve("format");
        if (Files.exists(format) && !NUMBER.matcher(text(format)).matches()) {
            throw new CommandFailure(
                    format + " is empty or damaged: if no newer hub than this one has run on this home,"
                            + " write the number 1 into it, else restore a backup.");
        }
        checkCurveKeys(state.resolve("curve.key"), state.resolve("curve.pub"));
        return moveDamagedHostKey(state.resolve("host.key"));
    }

    private static void checkCurveKeys(Path curveKey, Path curvePub) throws IOException, CommandFailure {
        if (!Files.exists(curveKey)) {
            return;
        }
        String publicKey = null;
        boolean hasSecret = false;
        Matcher keys = KEY.matcher(text(curveKey));
        while (keys.find()) {
            hasSecret |= keys.group(1).equals("secret");
            publicKey = keys.group(1).equals("public") ? keys.group(2) : publicKey;
        }
        if (publicKey == null || !hasSecret) {
            throw new CommandFailure(
                    curveKey + " is empty or damaged: restore it from a backup, or remove it and curve.pub,"
                            + " so that a new pair is generated; clients then need the new public key.");
        }
        if (Files.exists(curvePub) && !text(curvePub).strip().equals(publicKey)) {
            throw new CommandFailure(curvePub + " is empty or damaged, or doesn't match curve.key: remove it, and it is"
                    + " created again from curve.key.");
        }
    }

    private Optional<String> moveDamagedHostKey(Path hostKey) throws IOException {
        if (!Files.exists(hostKey) || HOST_KEY.matcher(text(hostKey)).find()) {
            return Optional.empty();
        }
        Path aside = state.resolve("host.key.damaged");
        Files.move(hostKey, aside, StandardCopyOption.REPLACE_EXISTING);
        Files.deleteIfExists(state.resolve("host.key.pub"));
        return Optional.of(hostKey + " is empty or damaged and is now " + aside.getFileName()
                + "; the console generates a new one, and SSH clients will warn that it has changed.");
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1); // decodes any bytes
    }
}
