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
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The key that the launcher uses to log in to the console: access requires read permission on {@code state/} of the
 * home directory, and no password exists.
 */
final class ConsoleKey {

    static final String USER = "launcher";

    private static final int BITS = 3_072;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private static final String ROLES = ",admin,manager,viewer,systembundles,ssh";

    private static final Pattern KEY_LINE = Pattern.compile("-----[A-Z ]+-----");

    private final Path privateKey;
    private final Path publicKey;
    private final Path users;
    private final int bits;

    ConsoleKey(HubHome home) {
        this(home, BITS);
    }

    ConsoleKey(HubHome home, int bits) {
        this.bits = bits;
        this.privateKey = home.state().resolve("console.key");
        this.publicKey = home.state().resolve("console.pub");
        this.users = home.etc().resolve("keys.properties");
    }

    /**
     * Generates the key pair on the first start or if it is damaged, and authorizes it for the console.
     *
     * @return a message for the operator, or empty
     */
    Optional<String> ensure() throws IOException {
        Optional<String> warning = Optional.empty();
        KeyPair pair = null;
        if (Files.exists(privateKey)) {
            try {
                pair = read(privateKey);
            } catch (IOException e) {
                warning = Optional.of(privateKey + " couldn't be used (" + e.getMessage()
                        + ") and was generated again; the console accepts the new key.");
            }
        }
        if (pair == null) {
            pair = generate();
            writeForOwner(privateKey, pem(pair));
        }
        String publicKeyText = Base64.getEncoder().encodeToString(encode((RSAPublicKey) pair.getPublic()));
        if (!publicKeyText.equals(content(publicKey))) {
            writeForOwner(publicKey, publicKeyText + "\n");
        }
        authorize(USER + " = " + publicKeyText + ROLES);
        return warning;
    }

    /**
     * Reads a private key that this class has written.
     *
     * @throws IOException if it can't be read, is empty or is damaged
     */
    static KeyPair read(Path file) throws IOException {
        String body = KEY_LINE.matcher(text(file)).replaceAll("").replaceAll("\\s", "");
        if (body.isEmpty()) {
            throw new IOException("it is empty");
        }
        try {
            KeyFactory rsa = KeyFactory.getInstance("RSA");
            RSAPrivateCrtKey privateCrtKey = (RSAPrivateCrtKey) rsa.generatePrivate(
                    new PKCS8EncodedKeySpec(Base64.getDecoder().decode(body)));
            RSAPublicKeySpec publicSpec =
                    new RSAPublicKeySpec(privateCrtKey.getModulus(), privateCrtKey.getPublicExponent());
            return new KeyPair(rsa.generatePublic(publicSpec), privateCrtKey);
        } catch (GeneralSecurityException | IllegalArgumentException | ClassCastException e) {
            throw new IOException("it is damaged", e);
        }
    }

    private static String content(Path file) throws IOException {
        return Files.exists(file) ? text(file).strip() : "";
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1); // decodes any bytes
    }

    private void authorize(String line) throws IOException {
        List<String> lines = content(users).lines().toList();
        if (!lines.contains(line)) {
            Stream<String> others = lines.stream().filter(other -> !other.startsWith(USER + " ="));
            writeForOwner(users, Stream.concat(others, Stream.of(line)).collect(Collectors.joining("\n", "", "\n")));
        }
    }

    private KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(bits);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every Java platform has RSA", e);
        }
    }

    /** Encodes the public key as specified by RFC 4253, section 6.6. */
    private static byte[] encode(RSAPublicKey key) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (byte[] field : List.of(
                "ssh-rsa".getBytes(StandardCharsets.US_ASCII),
                key.getPublicExponent().toByteArray(),
                key.getModulus().toByteArray())) {
            out.writeInt(field.length);
            out.write(field);
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
        Files.writeString(file, text, StandardCharsets.ISO_8859_1, StandardOpenOption.WRITE);
    }
}
