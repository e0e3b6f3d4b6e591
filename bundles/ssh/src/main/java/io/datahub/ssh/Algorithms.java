package io.datahub.ssh;

import java.util.List;
import org.apache.sshd.common.BuiltinFactory;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.compression.BuiltinCompressions;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.server.ServerBuilder;

/**
 * The algorithms that are offered: those that OpenSSH offers by default, without SHA-1, and without NIST's hybrids, which
 * hardly any client has. ChaCha20-Poly1305, which clients of OpenSSH would choose, takes nearly twice the CPU of AES-CTR
 * here, and almost three times that of AES-GCM, so it is left out, too. What Bouncy Castle is needed for is left out where it is missing. Nothing is compressed, since
 * nothing limits what a small packet of a client inflates to.
 */
final class Algorithms {

    private Algorithms() {}

    static ServerBuilder builder() {
        return ServerBuilder.builder()
                .keyExchangeFactories(NamedFactory.setUpTransformedFactories(
                        true,
                        List.of(
                                BuiltinDHFactories.mlkem768x25519,
                                BuiltinDHFactories.sntrup761x25519,
                                BuiltinDHFactories.sntrup761x25519_openssh,
                                BuiltinDHFactories.curve25519,
                                BuiltinDHFactories.curve25519_libssh,
                                BuiltinDHFactories.ecdhp256,
                                BuiltinDHFactories.ecdhp384,
                                BuiltinDHFactories.ecdhp521,
                                BuiltinDHFactories.dhg16_512,
                                BuiltinDHFactories.dhg18_512,
                                BuiltinDHFactories.dhg14_256),
                        ServerBuilder.DH2KEX))
                .cipherFactories(BuiltinFactory.setUpFactories(
                        true,
                        List.of(
                                BuiltinCiphers.aes128gcm,
                                BuiltinCiphers.aes256gcm,
                                BuiltinCiphers.aes128ctr,
                                BuiltinCiphers.aes192ctr,
                                BuiltinCiphers.aes256ctr)))
                .macFactories(BuiltinFactory.setUpFactories(
                        true,
                        List.of(
                                BuiltinMacs.hmacsha256etm,
                                BuiltinMacs.hmacsha512etm,
                                BuiltinMacs.hmacsha256,
                                BuiltinMacs.hmacsha512)))
                .signatureFactories(BuiltinFactory.setUpFactories(
                        true,
                        List.of(
                                BuiltinSignatures.ed25519,
                                BuiltinSignatures.sk_ssh_ed25519,
                                BuiltinSignatures.nistp256,
                                BuiltinSignatures.nistp384,
                                BuiltinSignatures.nistp521,
                                BuiltinSignatures.sk_ecdsa_sha2_nistp256,
                                BuiltinSignatures.rsaSHA512,
                                BuiltinSignatures.rsaSHA256)))
                .compressionFactories(BuiltinFactory.setUpFactories(true, List.of(BuiltinCompressions.none)));
    }
}
