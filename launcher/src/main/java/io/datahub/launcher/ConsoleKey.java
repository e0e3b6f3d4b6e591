package io.datahub.launcher;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The key with which the launcher logs in to the console: whoever may read {@code state/} of the home is let in, and
 * nobody else knows a password, for there is none.
 */
final class ConsoleKey {

    static final String USER = "launcher";

    private static final int BITS = 3_072;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private static final String ROLES = ",admin,manager,viewer,systembundles,ssh";

    private final Path privateKey;
    private final Path publicKey;
    private final Path users;

    ConsoleKey(Home home) {
        this.privateKey = home.state().resolve("console.key");
        this.publicKey = home.state().resolve("console.pub");
        this.users = home.etc().resolve("keys.properties");
    }

    /** Makes the pair on the first start, and sees to it that the console knows it. */
    void ensure() throws IOException {
        if (!Files.exists(privateKey) || !Files.exists(publicKey)) {
            KeyPair pair = generate();
            writeForOwner(
                    publicKey, Base64.getEncoder().encodeToString(encode((RSAPublicKey) pair.getPublic())) + "\n");
            writeForOwner(privateKey, pem(pair));
        }
        letIn(USER + " = " + Files.readString(publicKey).strip() + ROLES);
    }

    private void letIn(String line) throws IOException {
        List<String> present = Files.exists(users) ? Files.readAllLines(users) : List.of();
        if (!present.contains(line)) {
            Stream<String> others = present.stream().filter(other -> !other.startsWith(USER + " ="));
            writeForOwner(users, Stream.concat(others, Stream.of(line)).collect(Collectors.joining("\n", "", "\n")));
        }
    }

    private static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(BITS);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has RSA", e);
        }
    }

    /** The public key as RFC 4253, section 6.6, has it. */
    private static byte[] encode(RSAPublicKey key) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (byte[] part : List.of(
                "ssh-rsa".getBytes(StandardCharsets.US_ASCII),
                key.getPublicExponent().toByteArray(),
                key.getModulus().toByteArray())) {
            out.writeInt(part.length);
            out.write(part);
        }
        return bytes.toByteArray();
    }

    private static String pem(KeyPair pair) {
        return "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'})
                        .encodeToString(pair.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";
    }

    private static void writeForOwner(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.writeString(file, text, StandardOpenOption.WRITE);
    }
}
