import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes what the distribution is made of as a CycloneDX document, and fails where a licence isn't among those allowed.
 * Reads the jars that are shipped, not the build's dependencies, since most of them come by way of Karaf's features.
 * Run by the build: {@code java Bom.java DISTRIBUTION LICENCES VERSION TIMESTAMP OUTPUT}.
 */
public final class Bom {

    private static final Pattern PLACE = Pattern.compile("/system/(.+)/([^/]+)/([^/]+)/\\2-\\3[^/]*\\.jar$");
    private static final Pattern COORDINATES = Pattern.compile("META-INF/maven/[^/]+/[^/]+/pom\\.properties");
    private static final Path CLIENT = Path.of("lib", "client");
    private static final Pattern POM_LICENCE = Pattern.compile("<license>\\s*<name>(.*?)</name>", Pattern.DOTALL);

    private record Component(String group, String name, String version, String licence, String sha256) {
        String purl() {
            return "pkg:maven/" + group + "/" + name + "@" + version;
        }
    }

    private final Map<String, String> components = new TreeMap<>();
    private final List<String> refused = new ArrayList<>();
    private final Properties licences = new Properties();

    public static void main(String[] args) throws IOException {
        Bom bom = new Bom();
        try (var in = Files.newBufferedReader(Path.of(args[1]))) {
            bom.licences.load(in);
        }
        for (String part : List.of("lib", "system")) {
            try (Stream<Path> files = Files.walk(Path.of(args[0], part))) {
                files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(bom::add);
            }
        }
        if (!bom.refused.isEmpty()) {
            bom.refused.forEach(System.err::println);
            System.err.println("These licences aren't known or aren't allowed; " + args[1] + " says which are.");
            System.exit(1);
        }
        Files.writeString(Path.of(args[4]), bom.document(args[2], args[3]));
    }

    private void add(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            if (file.getParent().endsWith(CLIENT)) {
                addEmbedded(jar, file, "");
                return;
            }
            Properties coordinates = coordinates(jar, file);
            String group = coordinates.getProperty("groupId");
            String name = coordinates.getProperty("artifactId");
            String said = said(jar, group + "." + name);
            String licence = licences.getProperty(said, said);
            if (!isAllowed(licence)) {
                refused.add(group + ":" + name + ": " + said);
            }
            Component component =
                    new Component(group, name, coordinates.getProperty("version"), licence, sha256(file));
            components.put(component.purl(), json(component));
            if (group.equals("io.datahub")) {
                addEmbedded(jar, file, name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(file.toString(), e);
        }
    }

    /**
     * Adds the artifacts in a jar whose coordinates it has, but for the jar's own: the client is one jar of several
     * artifacts, and a bundle may contain the work of others.
     */
    private void addEmbedded(JarFile jar, Path file, String own) throws IOException {
        for (JarEntry entry : jar.stream().filter(e -> COORDINATES.matcher(e.getName()).matches()).toList()) {
            Properties each = new Properties();
            each.load(jar.getInputStream(entry));
            String artifact = each.getProperty("artifactId");
            if (!artifact.equals(own)) {
                String name = each.getProperty("groupId") + "." + artifact;
                String licence = licences.getProperty(name, name);
                if (!isAllowed(licence)) {
                    refused.add(name + " in " + file);
                }
                Component component = new Component(
                        each.getProperty("groupId"), artifact, each.getProperty("version"), licence, sha256(file));
                components.putIfAbsent(component.purl(), json(component));
            }
        }
    }

    private boolean isAllowed(String licence) {
        return List.of(licences.getProperty("allowed").split(" ")).contains(licence);
    }

    /** As its place in the repository has them, or else the jar itself. */
    private static Properties coordinates(JarFile jar, Path file) throws IOException {
        Matcher place = PLACE.matcher(file.toString());
        Properties found = new Properties();
        if (place.find()) {
            found.setProperty("groupId", place.group(1).replace('/', '.'));
            found.setProperty("artifactId", place.group(2));
            found.setProperty("version", place.group(3));
            return found;
        }
        for (JarEntry entry : jar.stream().filter(e -> COORDINATES.matcher(e.getName()).matches()).toList()) {
            Properties each = new Properties();
            each.load(jar.getInputStream(entry));
            if (file.getFileName().toString().startsWith(each.getProperty("artifactId") + "-")) {
                found = each;
            }
        }
        if (found.isEmpty()) {
            throw new IOException("Neither its path nor its pom.properties says which artifact this is.");
        }
        return found;
    }

    /** What the jar says of its licence, as one key; its coordinates if it says nothing. */
    private static String said(JarFile jar, String coordinates) throws IOException {
        Manifest manifest = jar.getManifest();
        String header = manifest == null ? null : manifest.getMainAttributes().getValue("Bundle-License");
        if (header != null) {
            return header.replace("\"", "").replaceAll("[;,].*", "").strip();
        }
        List<JarEntry> poms = jar.stream().filter(e -> e.getName().endsWith("/pom.xml")).toList();
        if (poms.size() == 1) {
            byte[] pom = jar.getInputStream(poms.get(0)).readAllBytes();
            Matcher licence = POM_LICENCE.matcher(new String(pom, StandardCharsets.UTF_8));
            if (licence.find()) {
                return licence.group(1).strip();
            }
        }
        return coordinates;
    }

    private static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static String json(Component c) {
        return """
                    {
                      "type": "library",
                      "bom-ref": "%s",
                      "group": "%s",
                      "name": "%s",
                      "version": "%s",
                      "hashes": [{"alg": "SHA-256", "content": "%s"}],
                      "licenses": [{"license": {"id": "%s"}}],
                      "purl": "%s"
                    }\
                """.formatted(
                        c.purl(), c.group, c.name, c.version, c.sha256, c.licence, c.purl());
    }

    private String document(String version, String timestamp) {
        String body = String.join(",\n", components.values());
        return """
                {
                  "bomFormat": "CycloneDX",
                  "specVersion": "1.5",
                  "serialNumber": "urn:uuid:%s",
                  "version": 1,
                  "metadata": {
                    "timestamp": "%s",
                    "component": {
                      "type": "application",
                      "bom-ref": "pkg:maven/io.datahub/datahub-karaf@%s",
                      "group": "io.datahub",
                      "name": "datahub-karaf",
                      "version": "%s",
                      "licenses": [{"license": {"id": "ISC"}}],
                      "purl": "pkg:maven/io.datahub/datahub-karaf@%s"
                    }
                  },
                  "components": [
                %s
                  ]
                }
                """.formatted(
                        UUID.nameUUIDFromBytes(body.getBytes(StandardCharsets.UTF_8)), timestamp, version, version,
                        version, body);
    }
}
