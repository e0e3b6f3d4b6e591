package io.datahub.jetty;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;

/** A certificate chain and its private key in PEM files (RFC 7468). */
final class Pem {

    private Pem() {}

    /**
     * Reads both into a key store that has an empty password and is never written.
     *
     * @throws IOException if a file can't be read
     * @throws GeneralSecurityException if one doesn't hold what it should, or they don't belong together; names the file
     */
    static KeyStore read(Path certificates, Path key) throws IOException, GeneralSecurityException {
        Certificate[] chain = chain(certificates);
        PrivateKey secret;
        try {
            secret = PrivateKeyPem.parse(text(key));
        } catch (InvalidKeySpecException e) {
            throw new InvalidKeySpecException(key + ": " + e.getMessage(), e);
        }
        if (!belongs(secret, chain[0].getPublicKey())) {
            throw new InvalidKeySpecException(
                    "the key in " + key + " isn't that of the first certificate in " + certificates);
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("datahub", secret, new char[0], chain);
        return store;
    }

    private static String text(Path file) throws IOException {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        }
    }

    private static Certificate[] chain(Path file) throws IOException, GeneralSecurityException {
        byte[] pem = text(file).getBytes(StandardCharsets.ISO_8859_1);
        Certificate[] chain;
        try {
            chain = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem))
                    .toArray(Certificate[]::new);
        } catch (CertificateException e) {
            throw new CertificateException(file + " can't be read as certificates: " + e.getMessage(), e);
        }
        if (chain.length == 0) {
            throw new CertificateException(file + " has no certificate in PEM");
        }
        return chain;
    }

    /** Whether what the one signs can be verified by the other. */
    private static boolean belongs(PrivateKey secret, PublicKey known) throws GeneralSecurityException {
        String kind = secret.getAlgorithm();
        if (!kind.equals(known.getAlgorithm())) {
            return false;
        }
        Signature signature = Signature.getInstance(
                switch (kind) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> kind;
                });
        byte[] message = {1, 2, 3};
        signature.initSign(secret);
        signature.update(message);
        byte[] signed = signature.sign();
        signature.initVerify(known);
        signature.update(message);
        try {
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
