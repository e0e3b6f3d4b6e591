package io.datahub.launcher;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The key that the launcher uses to log in to the console: access requires read permission on {@code state/} of the
 * home directory, and no password exists. It is of the type ecdsa-sha2-nistp256, which is generated in no time, and its
 * file is in the format of SEC 1, appendix C.4, which contains the public key.
 */
final class ConsoleKey {

    static final String USER = "launcher";

    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    private static final String ROLES = ",admin,manager,viewer,systembundles,ssh";

    private static final String HEADER = "-----BEGIN EC PRIVATE KEY-----";
    private static final String FOOTER = "-----END EC PRIVATE KEY-----";

    private static final String CURVE = "secp256r1";
    private static final int NUMBER_BYTES = 32;

    /** What is before, between and after the numbers of a key of this curve: DER of fixed lengths. */
    private static final byte[] BEFORE_PRIVATE = HexFormat.of().parseHex("30770201010420");

    private static final byte[] BEFORE_PUBLIC = HexFormat.of().parseHex("a00a06082a8648ce3d030107a14403420004");

    private final Path privateKey;
    private final Path publicKey;
    private final Path users;

    ConsoleKey(HubHome home) {
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
        String publicKeyText = Base64.getEncoder().encodeToString(encode((ECPublicKey) pair.getPublic()));
        if (!publicKeyText.equals(content(publicKey))) {
            writeForOwner(publicKey, publicKeyText + "\n");
        }
        authorize(USER + " = " + publicKeyText + ROLES);
        return warning;
    }

    /**
     * Reads a private key that this class has written.
     *
     * @throws IOException if it can't be read, is empty, is damaged or has the format of an earlier version
     */
    static KeyPair read(Path file) throws IOException {
        String text = text(file).strip();
        if (text.isEmpty()) {
            throw new IOException("it is empty");
        }
        if (!text.startsWith(HEADER) || !text.endsWith(FOOTER)) {
            throw new IOException("it isn't in the format that this version writes");
        }
        try {
            String body = text.substring(HEADER.length(), text.length() - FOOTER.length());
            ByteBuffer der = ByteBuffer.wrap(Base64.getMimeDecoder().decode(body));
            expect(der, BEFORE_PRIVATE);
            BigInteger secret = number(der);
            expect(der, BEFORE_PUBLIC);
            ECPoint point = new ECPoint(number(der), number(der));
            AlgorithmParameters curve = AlgorithmParameters.getInstance("EC");
            curve.init(new ECGenParameterSpec(CURVE));
            ECParameterSpec parameters = curve.getParameterSpec(ECParameterSpec.class);
            KeyFactory keys = KeyFactory.getInstance("EC");
            return new KeyPair(
                    keys.generatePublic(new ECPublicKeySpec(point, parameters)),
                    keys.generatePrivate(new ECPrivateKeySpec(secret, parameters)));
        } catch (GeneralSecurityException | IllegalArgumentException | BufferUnderflowException e) {
            throw new IOException("it is damaged", e);
        }
    }

    private static void expect(ByteBuffer der, byte[] expected) {
        byte[] bytes = new byte[expected.length];
        der.get(bytes);
        if (!Arrays.equals(bytes, expected)) {
            throw new IllegalArgumentException("not a key of " + CURVE);
        }
    }

    private static BigInteger number(ByteBuffer der) {
        byte[] bytes = new byte[NUMBER_BYTES];
        der.get(bytes);
        return new BigInteger(1, bytes);
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

    private static KeyPair generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec(CURVE));
            while (true) {
                KeyPair pair = generator.generateKeyPair();
                if (isReadableByKaraf(((ECPublicKey) pair.getPublic()).getW())) {
                    return pair;
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + CURVE, e);
        }
    }

    /** Karaf's login module takes the coordinates in {@code keys.properties} for signed numbers. */
    private static boolean isReadableByKaraf(ECPoint point) {
        int highestBit = NUMBER_BYTES * Byte.SIZE - 1;
        return !point.getAffineX().testBit(highestBit) && !point.getAffineY().testBit(highestBit);
    }

    /** Encodes the public key as specified by RFC 5656, section 3.1. */
    private static byte[] encode(ECPublicKey key) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        ByteBuffer point = ByteBuffer.allocate(1 + 2 * NUMBER_BYTES)
                .put((byte) 4) // uncompressed
                .put(bytes(key.getW().getAffineX()))
                .put(bytes(key.getW().getAffineY()));
        for (byte[] field : List.of(
                "ecdsa-sha2-nistp256".getBytes(StandardCharsets.US_ASCII),
                "nistp256".getBytes(StandardCharsets.US_ASCII),
                point.array())) {
            out.writeInt(field.length);
            out.write(field);
        }
        return bytes.toByteArray();
    }

    private static String pem(KeyPair pair) {
        ECPoint point = ((ECPublicKey) pair.getPublic()).getW();
        byte[] der = ByteBuffer.allocate(BEFORE_PRIVATE.length + BEFORE_PUBLIC.length + 3 * NUMBER_BYTES)
                .put(BEFORE_PRIVATE)
                .put(bytes(((ECPrivateKey) pair.getPrivate()).getS()))
                .put(BEFORE_PUBLIC)
                .put(bytes(point.getAffineX()))
                .put(bytes(point.getAffineY()))
                .array();
        return HEADER + "\n" + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n" + FOOTER + "\n";
    }

    /** The number with leading zeros. */
    private static byte[] bytes(BigInteger number) {
        byte[] signed = number.toByteArray(); // may have one zero more than that
        byte[] bytes = new byte[NUMBER_BYTES];
        int length = Math.min(signed.length, NUMBER_BYTES);
        System.arraycopy(signed, signed.length - length, bytes, NUMBER_BYTES - length, length);
        return bytes;
    }

    private static void writeForOwner(Path file, String text) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        Files.writeString(file, text, StandardCharsets.ISO_8859_1, StandardOpenOption.WRITE);
    }
}
