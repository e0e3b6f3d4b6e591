package io.datahub.zeromq.curve;

import io.datahub.api.file.AtomicFile;
import io.datahub.api.log.LogText;
import io.datahub.api.user.Z85;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the hub's long-term CURVE keys: {@code curve.key} holds both keys in the format of a ZeroMQ certificate
 * and is readable by the hub only; {@code curve.pub} holds the public key and is readable by everyone.
 * {@code curve.key} is written first, so that the next start recovers from an interrupted one.
 */
public final class CurveKeyFiles {

    private static final Logger LOG = LoggerFactory.getLogger(CurveKeyFiles.class);
    private static final Pattern LINE =
            Pattern.compile("^\\s*(public|secret)-key\\s*=\\s*\"(.*)\"\\s*$", Pattern.MULTILINE);

    /** How the hub recovers without its keys. */
    private static final String NEW_PAIR =
            "; the hub then generates a new pair, and all clients need its new public key";

    private final Path publicFile;
    private final Path keyFile;

    public CurveKeyFiles(Path directory) {
        publicFile = directory.resolve("curve.pub");
        keyFile = directory.resolve("curve.key");
    }

    /**
     * Loads the hub's key pair, or generates it if there is none.
     *
     * @throws IllegalStateException if the files don't hold one valid key pair; the message says why and how to fix
     *     it
     */
    public CurveKeyPair load() {
        try {
            if (Files.exists(keyFile)) {
                return read();
            }
            if (Files.exists(publicFile)) {
                throw new IllegalStateException(publicFile + " exists, but " + keyFile + " with its secret key doesn't;"
                        + " restore it, or remove curve.pub" + NEW_PAIR);
            }
            return generate();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the hub's CURVE keys in " + keyFile.getParent() + " can't be read or written", e);
        }
    }

    /**
     * Takes over the key pair of a cluster, whose hubs all have the same, so that a client can connect to any of them. A
     * pair that this hub had before is kept beside it.
     *
     * @param folder has the pair in {@code curve.key}; without it the hub keeps its own
     */
    public void adopt(Path folder) {
        Path shared = folder.resolve("curve.key");
        try {
            if (!Files.exists(shared)) {
                LOG.warn(
                        "event=zeromq.curve-keys.not-shared folder={} consequence=\"clients that use CURVE can connect only"
                                + " to the hub whose key they have\" remedy=\"copy state/curve.key of one hub there\"",
                        LogText.quoted(folder));
                return;
            }
            byte[] pair = Files.readAllBytes(shared);
            if (Files.exists(keyFile) && !Arrays.equals(pair, Files.readAllBytes(keyFile))) {
                Files.move(keyFile, keyFile.resolveSibling("curve.key.own"), StandardCopyOption.REPLACE_EXISTING);
            }
            if (!Files.exists(keyFile)) {
                Files.deleteIfExists(publicFile);
                AtomicFile.write(keyFile, AtomicFile.Access.PRIVATE, pair);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the cluster's CURVE keys in " + shared + " can't be used", e);
        }
    }

    private CurveKeyPair generate() throws IOException {
        CurveKeyPair pair = CurveKeyPair.random();
        String text =
                "# The hub's CURVE keys. Anyone who has the secret key can impersonate the hub.\ncurve\n    public-key = \""
                        + pair + "\"\n    secret-key = \"" + Z85.encode(pair.secretKey()) + "\"\n";
        AtomicFile.write(keyFile, AtomicFile.Access.PRIVATE, text.getBytes(StandardCharsets.ISO_8859_1));
        writePublic(pair);
        LOG.info(
                "event=zeromq.curve-keys.generated publicKey={} file={}",
                LogText.quoted(pair),
                LogText.quoted(publicFile));
        return pair;
    }

    private void writePublic(CurveKeyPair pair) throws IOException {
        AtomicFile.write(publicFile, AtomicFile.Access.READABLE, (pair + "\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private CurveKeyPair read() throws IOException {
        String text = Files.readString(keyFile, StandardCharsets.ISO_8859_1);
        CurveKeyPair pair = new CurveKeyPair(key("public", text), key("secret", text));
        if (!Files.exists(publicFile)) {
            writePublic(pair);
        } else if (!Files.readString(publicFile, StandardCharsets.ISO_8859_1)
                .strip()
                .equals(pair.toString())) {
            throw new IllegalStateException(publicFile + " contains another public key than " + keyFile
                    + "; remove curve.pub, and it is rewritten from curve.key");
        }
        return pair;
    }

    private byte[] key(String kind, String text) {
        Matcher lines = LINE.matcher(text);
        while (lines.find()) {
            if (lines.group(1).equals(kind)) {
                return decode(kind, lines.group(2));
            }
        }
        throw invalid("it has no line " + kind + "-key = \"…\"", null);
    }

    private byte[] decode(String kind, String text) {
        try {
            byte[] key = Z85.decode(text);
            if (key.length != CurveKeyPair.KEY_BYTES) {
                throw invalid("its " + kind + "-key isn't 40 characters long", null);
            }
            return key;
        } catch (IllegalArgumentException e) {
            throw invalid("its " + kind + "-key isn't valid Z85", e);
        }
    }

    private IllegalStateException invalid(String reason, IllegalArgumentException cause) {
        return new IllegalStateException(
                keyFile + " contains no valid pair of CURVE keys: " + reason
                        + "; restore it, or remove it and curve.pub" + NEW_PAIR,
                cause);
    }
}
