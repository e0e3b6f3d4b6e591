package io.datahub.api.user;

import io.datahub.api.Sha256;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * An SSH public key in its wire format (RFC 4253, 6.6), of a type that the hub accepts: {@code ssh-ed25519},
 * {@code ecdsa-sha2-nistp256}, {@code -nistp384} and {@code -nistp521}, {@code ssh-rsa} with 2,048 to 16,384 bits, and
 * the first two on security keys, {@code sk-ssh-ed25519@openssh.com} and {@code sk-ecdsa-sha2-nistp256@openssh.com}.
 * Compared by its bytes. Immutable.
 */
public final class SshPublicKey {

    private static final int MAX_BYTES = 4_096;
    private static final int MIN_RSA_BITS = 2_048;
    private static final int MAX_RSA_BITS = 16_384;
    private static final int ED25519_BYTES = 32;
    private static final int UNCOMPRESSED_POINT = 4;
    private static final Pattern BLANKS = Pattern.compile("[ \\t]+");

    private final String type;
    private final byte[] blob;
    private final String sha256;

    private SshPublicKey(String type, byte[] blob) {
        this.type = type;
        this.blob = blob;
        sha256 = Sha256.hex(blob);
    }

    /**
     * Parses a key in its wire format.
     *
     * @param blob the bytes, as in an SSH authentication request
     * @return the key
     * @throws IllegalArgumentException if it isn't a well-formed key of an accepted type; the message states why
     */
    public static SshPublicKey of(byte[] blob) {
        if (blob.length > MAX_BYTES) {
            throw new IllegalArgumentException("an SSH key has at most " + MAX_BYTES + " bytes");
        }
        ByteBuffer rest = ByteBuffer.wrap(blob);
        try {
            String type = text(rest);
            check(type, rest);
            if (rest.hasRemaining()) {
                throw malformed(type);
            }
            return new SshPublicKey(type, blob.clone());
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("the SSH key is truncated", e);
        }
    }

    /**
     * Parses a key in OpenSSH's format of one line: the type and the bytes in Base64, and optionally a comment, which
     * is ignored.
     *
     * @param line such as {@code ssh-ed25519 AAAAC3Nza… jenkins@build-7}
     * @return the key
     * @throws IllegalArgumentException if it isn't a well-formed key of an accepted type; the message states why
     */
    public static SshPublicKey parse(String line) {
        String[] words = BLANKS.split(line.strip(), 3);
        if (words.length < 2 || line.strip().lines().count() > 1) {
            throw new IllegalArgumentException("an SSH key is one line: its type, and its bytes in Base64");
        }
        SshPublicKey key = of(decode(words[1]));
        if (!key.type.equals(words[0])) {
            throw new IllegalArgumentException("the type before the SSH key is not that of the key, " + key.type);
        }
        return key;
    }

    private static byte[] decode(String base64) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the bytes of the SSH key are not Base64", e);
        }
    }

    private static void check(String type, ByteBuffer rest) {
        switch (type) {
            case "ssh-ed25519" -> ed25519(type, rest);
            case "sk-ssh-ed25519@openssh.com" -> {
                ed25519(type, rest);
                bytes(rest); // the application, such as ssh:
            }
            case "ecdsa-sha2-nistp256" -> ecdsa(type, "nistp256", 32, rest);
            case "ecdsa-sha2-nistp384" -> ecdsa(type, "nistp384", 48, rest);
            case "ecdsa-sha2-nistp521" -> ecdsa(type, "nistp521", 66, rest);
            case "sk-ecdsa-sha2-nistp256@openssh.com" -> {
                ecdsa(type, "nistp256", 32, rest);
                bytes(rest); // the application
            }
            case "ssh-rsa" -> rsa(type, rest);
            default ->
                throw new IllegalArgumentException("the type of the SSH key is not accepted; use an ed25519, ecdsa or"
                        + " rsa key, also of a security key");
        }
    }

    private static void ed25519(String type, ByteBuffer rest) {
        if (bytes(rest).length != ED25519_BYTES) {
            throw malformed(type);
        }
    }

    private static void ecdsa(String type, String curve, int size, ByteBuffer rest) {
        String named = text(rest);
        byte[] point = bytes(rest);
        if (!named.equals(curve) || point.length != 1 + 2 * size || point[0] != UNCOMPRESSED_POINT) {
            throw malformed(type);
        }
    }

    private static void rsa(String type, ByteBuffer rest) {
        byte[] exponent = bytes(rest);
        byte[] modulus = bytes(rest);
        if (exponent.length == 0 || exponent[0] < 0 || modulus.length == 0 || modulus[0] < 0) {
            throw malformed(type);
        }
        int bits = new BigInteger(modulus).bitLength();
        if (bits < MIN_RSA_BITS || bits > MAX_RSA_BITS) {
            throw new IllegalArgumentException(
                    "an RSA key has from " + MIN_RSA_BITS + " to " + MAX_RSA_BITS + " bits; this one has " + bits);
        }
    }

    private static IllegalArgumentException malformed(String type) {
        return new IllegalArgumentException("the bytes of the SSH key are not those of an " + type + " key");
    }

    private static byte[] bytes(ByteBuffer rest) {
        int length = rest.getInt();
        if (length < 0 || length > rest.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        rest.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer rest) {
        return new String(bytes(rest), StandardCharsets.US_ASCII);
    }

    /**
     * The type, such as {@code ssh-ed25519}.
     *
     * @return the type
     */
    public String type() {
        return type;
    }

    /**
     * The key in its wire format.
     *
     * @return a copy
     */
    public byte[] blob() {
        return blob.clone();
    }

    /**
     * The SHA-256 of the wire format.
     *
     * @return 64 digits in lower-case hexadecimal
     */
    public String sha256() {
        return sha256;
    }

    /**
     * The fingerprint as OpenSSH prints it.
     *
     * @return such as {@code SHA256:uNiVztksCsDhcc0u9e8BrXTM5ZhTCDIhkzmIu2PJIjM}
     */
    public String fingerprint() {
        byte[] hash = HexFormat.of().parseHex(sha256);
        return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(hash);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SshPublicKey key && Arrays.equals(blob, key.blob);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(blob);
    }

    /** OpenSSH's format of one line, without a comment. */
    @Override
    public String toString() {
        return type + " " + Base64.getEncoder().encodeToString(blob);
    }
}
