package io.datahub.jetty.tls;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A private key in PEM: PKCS #8, or one of the older formats of OpenSSL, PKCS #1 for RSA and SEC 1 for EC. */
public final class PrivateKeyPem {

    private static final Pattern KEY = Pattern.compile(
            "-----BEGIN (|RSA |EC |ENCRYPTED )PRIVATE KEY-----(.+?)-----END \\1PRIVATE KEY-----", Pattern.DOTALL);
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

    /** Version 0 and the algorithm identifier rsaEncryption with a NULL parameter, the start of a PKCS #8 key. */
    private static final byte[] RSA = {
        2, 1, 0, 0x30, 13, 6, 9, 42, (byte) 0x86, 72, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5, 0
    };

    /** The object identifier of id-ecPublicKey. */
    private static final byte[] EC = {6, 7, 42, (byte) 0x86, 72, (byte) 0xce, 61, 2, 1};

    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 4;
    private static final int PARAMETERS = 0xa0;

    private PrivateKeyPem() {}

    /** Whether a text contains a private key in any format. */
    public static boolean isIn(String pem) {
        return KEY.matcher(pem).find();
    }

    /**
     * Parses the private key.
     *
     * @throws GeneralSecurityException if there is none, or it can't be used; the message gives the cause
     */
    public static PrivateKey parse(String pem) throws GeneralSecurityException {
        Matcher found = KEY.matcher(pem);
        if (!found.find()) {
            throw new InvalidKeySpecException("it contains no PEM private key");
        }
        byte[] der;
        try {
            der = Base64.getMimeDecoder().decode(found.group(2));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeySpecException("its key isn't valid Base64", e);
        }
        return switch (found.group(1)) {
            case "" -> pkcs8(der);
            case "RSA " -> {
                if (found.group(2).contains("ENCRYPTED")) {
                    throw encrypted();
                }
                yield pkcs8(wrap(SEQUENCE, RSA, wrap(OCTETS, der)));
            }
            case "EC " -> {
                if (found.group(2).contains("ENCRYPTED")) {
                    throw encrypted();
                }
                yield pkcs8(wrap(SEQUENCE, new byte[] {2, 1, 0}, wrap(SEQUENCE, EC, curve(der)), wrap(OCTETS, der)));
            }
            default -> throw encrypted();
        };
    }

    private static InvalidKeySpecException encrypted() {
        return new InvalidKeySpecException(
                "its key is encrypted; decrypt it with: openssl pkcs8 -topk8 -nocrypt -in KEY");
    }

    private static PrivateKey pkcs8(byte[] der) throws NoSuchAlgorithmException, InvalidKeySpecException {
        InvalidKeySpecException unknown =
                new InvalidKeySpecException("its key is malformed, or not an RSA, EC or EdDSA key");
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException e) {
                unknown.addSuppressed(e);
            }
        }
        throw unknown;
    }

    private static byte[] wrap(int tag, byte[]... contents) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] each : contents) {
            content.writeBytes(each);
        }
        ByteArrayOutputStream der = new ByteArrayOutputStream();
        der.write(tag);
        int length = content.size();
        if (length >= 256) {
            der.write(0x82);
            der.write(length >> 8);
        } else if (length >= 128) {
            der.write(0x81);
        }
        der.write(length);
        der.writeBytes(content.toByteArray());
        return der.toByteArray();
    }

    /** The curve of a SEC 1 key (C.4): the content of its element with the tag [0]. */
    private static byte[] curve(byte[] sec1) throws InvalidKeySpecException {
        try {
            ByteBuffer in = content(ByteBuffer.wrap(sec1));
            while (in.hasRemaining()) {
                boolean isCurve = (in.get(in.position()) & 0xff) == PARAMETERS;
                ByteBuffer content = content(in);
                if (isCurve) {
                    byte[] curve = new byte[content.remaining()];
                    content.get(curve);
                    return curve;
                }
            }
        } catch (RuntimeException e) {
            throw new InvalidKeySpecException("its EC key is malformed", e);
        }
        throw new InvalidKeySpecException("its EC key doesn't name its curve");
    }

    /** The content of the next DER element, which is skipped. */
    private static ByteBuffer content(ByteBuffer in) {
        in.get();
        int length = in.get() & 0xff;
        if (length > 0x80) {
            int bytes = length & 0x7f;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = (length << 8) | (in.get() & 0xff);
            }
        }
        ByteBuffer content = in.slice(in.position(), length);
        in.position(in.position() + length);
        return content;
    }
}
