package io.datahub.nats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An authority that certifies servers, by the JDK's keytool. */
final class TestAuthority {

    private static final String PASSWORD = "changeit";

    private final Path folder;

    TestAuthority(Path folder) throws Exception {
        this.folder = folder;
        keytool("-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=ca", "-ext", "bc:c");
    }

    /** Writes its own certificate. */
    void write(Path file) throws Exception {
        keytool("-exportcert", "-rfc", "-alias", "ca", "-file", file.toString());
    }

    /**
     * The options of a server with a certificate.
     *
     * @param names as those of keytool's extension {@code san}
     * @param validity more options of keytool
     */
    String[] server(String name, String names, String... validity) throws Exception {
        Path request = folder.resolve(name + ".csr");
        Path certificate = folder.resolve(name + ".crt");
        keytool("-genkeypair", "-alias", name, "-keyalg", "EC", "-dname", "CN=" + name);
        keytool("-certreq", "-alias", name, "-file", request.toString());
        List<String> certify = new ArrayList<>(List.of("-gencert", "-rfc", "-alias", "ca", "-ext", "san=" + names));
        certify.addAll(List.of("-infile", request.toString(), "-outfile", certificate.toString()));
        certify.addAll(List.of(validity));
        keytool(certify.toArray(String[]::new));
        KeyStore keys = KeyStore.getInstance(folder.resolve("keys").toFile(), PASSWORD.toCharArray());
        byte[] key = keys.getKey(name, PASSWORD.toCharArray()).getEncoded();
        Path file = Files.writeString(
                folder.resolve(name + ".key"),
                "-----BEGIN PRIVATE KEY-----\n"
                        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                .encodeToString(key)
                        + "\n-----END PRIVATE KEY-----\n");
        return new String[] {"--tls", "--tlscert", certificate.toString(), "--tlskey", file.toString()};
    }

    private void keytool(String... words) throws Exception {
        String program =
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
        List<String> command = new ArrayList<>(List.of(program, "-J-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(words));
        command.addAll(List.of(
                "-storepass", PASSWORD, "-keystore", folder.resolve("keys").toString()));
        Process running = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(running.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(running.exitValue()).as(String.join(" ", command)).isZero();
    }
}
