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
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A certificate chain and its private key in PEM files (RFC 7468), in any order and in one file or two. */
final class Pem {

    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN (|X509 )CERTIFICATE-----.+?-----END \\1CERTIFICATE-----", Pattern.DOTALL);

    private final Path certificates;
    private final Path key;

    private Pem(Path certificates, Path key) {
        this.certificates = certificates;
        this.key = key.toString().isEmpty() ? certificates : key;
    }

    /**
     * Reads both into a key store that has an empty password and is never written. The chain begins with the key's own
     * certificate, and each that follows is the issuer of the one before it.
     *
     * @param certificates where certificates are, and the key unless it is in the other file
     * @param key where the key is, and certificates perhaps; empty where there is one file alone
     * @throws IOException if a file can't be read
     * @throws GeneralSecurityException if one doesn't hold what it should, or they don't belong together; names the file
     */
    static KeyStore read(Path certificates, Path key) throws IOException, GeneralSecurityException {
        return new Pem(certificates, key).read();
    }

    private KeyStore read() throws IOException, GeneralSecurityException {
        List<X509Certificate> found = certificates(certificates);
        PrivateKey secret;
        try {
            String text = text(key);
            boolean isInOther = !PrivateKeyPem.isIn(text) && PrivateKeyPem.isIn(text(certificates));
            secret = PrivateKeyPem.parse(isInOther ? text(certificates) : text);
        } catch (InvalidKeySpecException e) {
            throw new InvalidKeySpecException(key + ": " + e.getMessage(), e);
        }
        if (!key.equals(certificates)) {
            found.addAll(certificates(key));
        }
        if (found.isEmpty()) {
            throw new CertificateException(certificates + " has no certificate in PEM");
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("datahub", secret, new char[0], chain(secret, found));
        return store;
    }

    private static String text(Path file) throws IOException {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + file, e);
        }
    }

    private static List<X509Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
        CertificateFactory x509 = CertificateFactory.getInstance("X.509");
        List<X509Certificate> all = new ArrayList<>();
        Matcher blocks = CERTIFICATE.matcher(text(file));
        while (blocks.find()) {
            byte[] block =
                    blocks.group().replace("X509 CERTIFICATE", "CERTIFICATE").getBytes(StandardCharsets.ISO_8859_1);
            try {
                all.add((X509Certificate) x509.generateCertificate(new ByteArrayInputStream(block)));
            } catch (CertificateException e) {
                throw new CertificateException(file + " can't be read as certificates: " + e.getMessage(), e);
            }
        }
        return all;
    }

    private X509Certificate[] chain(PrivateKey secret, List<X509Certificate> found) throws GeneralSecurityException {
        List<X509Certificate> others = new ArrayList<>(found);
        List<X509Certificate> chain = new ArrayList<>();
        for (X509Certificate one : found) {
            if (belongs(secret, one.getPublicKey())) {
                chain.add(one);
                others.remove(one);
                break;
            }
        }
        if (chain.isEmpty()) {
            throw new InvalidKeySpecException("the key in " + key + " isn't that of "
                    + (found.size() == 1 ? "the certificate" : "any certificate") + " in " + certificates);
        }
        Optional<X509Certificate> issuer = issuer(chain.get(0), others);
        while (issuer.isPresent()) {
            chain.add(issuer.get());
            others.remove(issuer.get());
            issuer = issuer(issuer.get(), others);
        }
        return chain.toArray(X509Certificate[]::new);
    }

    private static Optional<X509Certificate> issuer(X509Certificate of, List<X509Certificate> among) {
        return among.stream()
                .filter(one -> one.getSubjectX500Principal().equals(of.getIssuerX500Principal()))
                .filter(one -> !one.equals(of))
                .findFirst();
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
