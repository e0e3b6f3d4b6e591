package io.datahub.jetty.tls;

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
     * Reads both into an in-memory key store with an empty password. The chain starts with the certificate of the key,
     * and each following certificate is the issuer of the previous one.
     *
     * @param certificates the file with the certificates, and the key unless it is in the other file
     * @param key the file with the key, and optionally certificates; empty if there is only one file
     * @throws IOException if a file can't be read
     * @throws GeneralSecurityException if a file is invalid, or key and certificate don't match; the message names the
     * file
     */
    static KeyStore read(Path certificates, Path key) throws IOException, GeneralSecurityException {
        return new Pem(certificates, key).read();
    }

    private KeyStore read() throws IOException, GeneralSecurityException {
        List<X509Certificate> found = certificates(certificates);
        PrivateKey privateKey;
        try {
            String text = text(key);
            boolean isInCertificates = !PrivateKeyPem.isIn(text) && PrivateKeyPem.isIn(text(certificates));
            privateKey = PrivateKeyPem.parse(isInCertificates ? text(certificates) : text);
        } catch (InvalidKeySpecException e) {
            throw new InvalidKeySpecException(key + ": " + e.getMessage(), e);
        }
        if (!key.equals(certificates)) {
            found.addAll(certificates(key));
        }
        if (found.isEmpty()) {
            throw new CertificateException(certificates + " contains no PEM certificate");
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("datahub", privateKey, new char[0], chain(privateKey, found));
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
                throw new CertificateException(file + " contains an invalid certificate: " + e.getMessage(), e);
            }
        }
        return all;
    }

    private X509Certificate[] chain(PrivateKey privateKey, List<X509Certificate> found)
            throws GeneralSecurityException {
        List<X509Certificate> others = new ArrayList<>(found);
        List<X509Certificate> chain = new ArrayList<>();
        for (X509Certificate certificate : found) {
            if (matches(privateKey, certificate.getPublicKey())) {
                chain.add(certificate);
                others.remove(certificate);
                break;
            }
        }
        if (chain.isEmpty()) {
            throw new InvalidKeySpecException("the key in " + key + " doesn't match "
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
                .filter(certificate -> certificate.getSubjectX500Principal().equals(of.getIssuerX500Principal()))
                .filter(certificate -> !certificate.equals(of))
                .findFirst();
    }

    /** Whether the public key verifies signatures of the private key. */
    private static boolean matches(PrivateKey privateKey, PublicKey publicKey) throws GeneralSecurityException {
        String algorithm = privateKey.getAlgorithm();
        if (!algorithm.equals(publicKey.getAlgorithm())) {
            return false;
        }
        Signature signature = Signature.getInstance(
                switch (algorithm) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> algorithm;
                });
        byte[] message = {1, 2, 3};
        signature.initSign(privateKey);
        signature.update(message);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(message);
        try {
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
