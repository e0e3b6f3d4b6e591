package io.datahub.jetty.tls;

import io.datahub.api.log.FailureText;
import java.io.IOException;
import java.io.StringReader;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;

/** A private key in PEM: PKCS #8, or one of the older formats of OpenSSL, PKCS #1 for RSA and SEC 1 for EC. */
public final class PrivateKeyPem {

    private static final Pattern KEY = Pattern.compile(
            "-----BEGIN (|RSA |EC |ENCRYPTED )PRIVATE KEY-----(.+?)-----END \\1PRIVATE KEY-----", Pattern.DOTALL);
    private static final List<String> ALGORITHMS = List.of("RSA", "EC", "EdDSA");

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
        if (found.group().contains("ENCRYPTED")) {
            throw new InvalidKeySpecException(
                    "its key is encrypted; decrypt it with: openssl pkcs8 -topk8 -nocrypt -in KEY");
        }
        try (PEMParser parser = new PEMParser(new StringReader(found.group()))) {
            Object key = parser.readObject();
            PrivateKeyInfo pkcs8 = key instanceof PEMKeyPair pair ? pair.getPrivateKeyInfo() : (PrivateKeyInfo) key;
            return privateKey(pkcs8.getEncoded());
        } catch (IOException | RuntimeException e) {
            throw new InvalidKeySpecException("its key is malformed: " + FailureText.of(e), e);
        }
    }

    private static PrivateKey privateKey(byte[] pkcs8) throws NoSuchAlgorithmException, InvalidKeySpecException {
        InvalidKeySpecException unknown =
                new InvalidKeySpecException("its key is malformed, or not an RSA, EC or EdDSA key");
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                unknown.addSuppressed(e);
            }
        }
        throw unknown;
    }
}
