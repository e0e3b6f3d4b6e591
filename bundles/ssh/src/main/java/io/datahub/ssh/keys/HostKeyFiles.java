package io.datahub.ssh.keys;

import io.datahub.api.file.AtomicFile;
import io.datahub.api.log.LogText;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of the hub's SSH host keys, in OpenSSH's format: {@code ssh_host_ed25519_key} and {@code ssh_host_rsa_key},
 * readable by the hub only, and beside each the public key with the suffix {@code .pub}, readable by everyone. Each is
 * generated once; the private one is written first, so that the next start recovers from an interrupted one.
 */
public final class HostKeyFiles {

    private static final Logger LOG = LoggerFactory.getLogger(HostKeyFiles.class);
    private static final int ED25519_BITS = 256;
    private static final int RSA_BITS = 3_072;

    /** The permissions of others, none of which a private key may give. */
    private static final Set<PosixFilePermission> OF_OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private final Path directory;

    /** @param directory where the files are */
    public HostKeyFiles(Path directory) {
        this.directory = directory;
    }

    /**
     * Takes over the keys of a cluster, whose hubs all have the same, so that a client can connect to any of them. Keys
     * that this hub had before are kept beside them.
     *
     * @param folder has the private keys, in files of the same names; of a type that it hasn't, the hub keeps its own key
     * @throws UncheckedIOException if a file can't be read or written
     */
    public void adopt(Path folder) {
        for (Path own : List.of(file("ed25519"), file("rsa"))) {
            Path shared = folder.resolve(own.getFileName());
            if (Files.exists(shared)) {
                adopt(shared, own);
            } else {
                LOG.warn(
                        "event=ssh.host-key.not-shared file={} consequence=\"clients that know the key of one hub refuse"
                                + " the others\" remedy=\"copy that file from state/ of one hub there\"",
                        LogText.quoted(shared));
            }
        }
    }

    private static void adopt(Path shared, Path own) {
        try {
            byte[] text = Files.readAllBytes(shared);
            if (Files.exists(own) && !Arrays.equals(text, Files.readAllBytes(own))) {
                Files.move(own, own.resolveSibling(own.getFileName() + ".own"), StandardCopyOption.REPLACE_EXISTING);
            }
            if (!Files.exists(own)) {
                Files.deleteIfExists(publicFile(own));
                AtomicFile.write(own, AtomicFile.Access.PRIVATE, text);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the cluster's SSH host key " + shared + " can't be used", e);
        }
    }

    /**
     * Loads the hub's keys, or generates them if there are none. To generate an RSA key takes seconds, during which only
     * the other key is offered.
     *
     * @param background generates an RSA key
     * @return the key pairs, ed25519 first
     * @throws IllegalStateException if a file doesn't hold a key; the message says which and how to fix it
     * @throws UncheckedIOException if a file can't be read or written
     */
    public KeyPairProvider load(Executor background) {
        List<KeyPair> pairs = new CopyOnWriteArrayList<>();
        Path rsa = file("rsa");
        if (SecurityUtils.isEDDSACurveSupported()) {
            pairs.add(readOrGenerate(
                    file("ed25519"), () -> KeyUtils.generateKeyPair(KeyPairProvider.SSH_ED25519, ED25519_BITS)));
        } else {
            LOG.warn("event=ssh.host-key.unsupported type=ed25519 remedy=\"install Bouncy Castle, which Karaf has\"");
        }
        if (Files.exists(rsa) || pairs.isEmpty()) {
            pairs.add(readOrGenerate(rsa, HostKeyFiles::generateRsa));
        } else {
            background.execute(() -> addRsa(rsa, pairs));
        }
        return session -> pairs;
    }

    private Path file(String type) {
        return directory.resolve("ssh_host_" + type + "_key");
    }

    private static void addRsa(Path file, List<KeyPair> pairs) {
        try {
            pairs.add(readOrGenerate(file, HostKeyFiles::generateRsa));
        } catch (IllegalStateException | UncheckedIOException e) {
            LOG.error("event=ssh.host-key.failed reason={}", LogText.quoted(e.getMessage()), e);
        }
    }

    /** With the platform's generator, which is several times faster than that of Bouncy Castle. */
    private static KeyPair generateRsa() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(RSA_BITS);
        return generator.generateKeyPair();
    }

    private static KeyPair readOrGenerate(Path file, Callable<KeyPair> generator) {
        try {
            if (Files.exists(file)) {
                return read(file);
            }
            KeyPair pair = generator.call();
            write(file, pair);
            LOG.info(
                    "event=ssh.host-key.generated fingerprint={} file={}",
                    KeyUtils.getFingerPrint(pair.getPublic()),
                    LogText.quoted(file));
            return pair;
        } catch (IOException e) {
            throw new UncheckedIOException("the hub's SSH host key " + file + " can't be read or written", e);
        } catch (IllegalStateException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the SSH host key " + file + " can't be generated: " + e.getMessage(), e);
        }
    }

    private static KeyPair read(Path file) throws IOException {
        KeyPair pair = parse(file, Files.readAllBytes(file));
        warnIfReadable(file);
        if (!Files.exists(publicFile(file))) {
            restorePublic(file, pair);
        }
        return pair;
    }

    private static KeyPair parse(Path file, byte[] text) {
        try {
            for (KeyPair pair : SecurityUtils.loadKeyPairIdentities(
                    null, NamedResource.ofName(file.toString()), new ByteArrayInputStream(text), null)) {
                return pair;
            }
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            throw damaged(file, e);
        }
        throw damaged(file, null);
    }

    /** The hub doesn't need the file, so it starts without it, on a full disk, for example. */
    private static void restorePublic(Path file, KeyPair pair) {
        try {
            writePublic(file, pair);
        } catch (IOException e) {
            LOG.warn(
                    "event=ssh.host-key.public-missing file={} reason={}",
                    LogText.quoted(publicFile(file)),
                    LogText.quoted(e));
        }
    }

    private static void warnIfReadable(Path file) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        if (view != null && !Collections.disjoint(view.readAttributes().permissions(), OF_OTHERS)) {
            LOG.warn(
                    "event=ssh.host-key.exposed file={} remedy=\"chmod 600, and replace the key if others may have read it\"",
                    LogText.quoted(file));
        }
    }

    private static IllegalStateException damaged(Path file, Exception cause) {
        return new IllegalStateException(
                file + " contains no SSH host key in OpenSSH's format without a passphrase"
                        + (cause == null || cause.getMessage() == null ? "" : " (" + cause.getMessage() + ")")
                        + "; restore it, or remove it: the hub then generates a new key, and all SSH clients warn until"
                        + " they know it",
                cause);
    }

    private static void write(Path file, KeyPair pair) throws IOException, GeneralSecurityException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "datahub", null, text);
        AtomicFile.write(file, AtomicFile.Access.PRIVATE, text.toByteArray());
        writePublic(file, pair);
    }

    private static void writePublic(Path file, KeyPair pair) throws IOException {
        String line = PublicKeyEntry.toString(pair.getPublic()) + " datahub\n";
        AtomicFile.write(publicFile(file), AtomicFile.Access.READABLE, line.getBytes(StandardCharsets.US_ASCII));
    }

    private static Path publicFile(Path file) {
        return file.resolveSibling(file.getFileName() + ".pub");
    }
}
