package io.datahub.launcher;

import io.datahub.client.CurveKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/** {@code datahub curve-key}: generates a CURVE key pair for a client. */
final class CurveKeyCommand {

    private static final String USAGE = "curve-key [FILE]";

    private final List<String> words;

    CurveKeyCommand(String... arguments) throws CommandFailure {
        Options options = new Options(USAGE, Set.of(), Set.of(), arguments);
        words = options.words();
        if (words.size() > 1) {
            throw options.usageError("the only argument is the file for the secret key");
        }
    }

    /**
     * Generates the key pair and returns the output; it contains the secret key only if the key isn't written to a
     * file.
     */
    List<String> generate() throws CommandFailure {
        CurveKeys keys = CurveKeys.generate();
        String secret = keys.secretKey();
        if (!words.isEmpty()) {
            Path file = Path.of(words.get(0));
            write(file, secret);
            secret = "in " + file;
        }
        return List.of(
                "public key  " + keys.publicKey(),
                "secret key  " + secret,
                "For the user's element in broker_users.xml:",
                keys.usersFileLine());
    }

    private static void write(Path file, String secret) throws CommandFailure {
        try (SeekableByteChannel channel = Files.newByteChannel(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            channel.write(ByteBuffer.wrap(secret.getBytes(StandardCharsets.US_ASCII)));
        } catch (FileAlreadyExistsException e) {
            throw new CommandFailure(
                    file + " already exists: choose another file, or delete it if no client uses its key.", e);
        } catch (IOException e) {
            throw new CommandFailure("Can't write " + file + " (" + e.getMessage() + "): choose another file.", e);
        }
    }
}
