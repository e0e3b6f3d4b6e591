package io.datahub.karaf;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Checks the architecture by the manifests of the bundles in the distribution: which bundle may import what. */
class ManifestIT {

    private static final String API = "datahub-api";
    private static final String CONSOLE = "datahub-console";
    private static final String CLIENT = "datahub-client";
    private static final String JETTY = "datahub-jetty";

    /** The toolkit of the HTTP handlers, and the bundles that may use it. */
    private static final String WEB = "io.datahub.jetty.web";

    private static final Set<String> WEB_USERS = Set.of(
            "datahub-http", "datahub-uploads", "datahub-ui", "datahub-metrics", "datahub-websocket", "datahub-hooks");

    /** The optional imports that are allowed, each as bundle and package. */
    private static final Set<String> OPTIONAL_IMPORTS = Set.of();

    private static final List<String> UNWANTED_HEADERS = List.of(
            "Bundle-Activator", "DynamicImport-Package", "Require-Bundle", "Bundle-ClassPath", "Embed-Dependency");

    @TestFactory
    Stream<DynamicTest> shouldImportOnlyTheApiAndTheToolkit() throws IOException {
        return bundles(bundle -> assertThat(bundle.imports().keySet())
                .filteredOn(name -> name.startsWith("io.datahub."))
                .allMatch(name -> name.equals("io.datahub.api")
                        || name.startsWith("io.datahub.api.")
                        || (name.equals(WEB) && WEB_USERS.contains(bundle.name()))));
    }

    @TestFactory
    Stream<DynamicTest> shouldImportKarafOnlyInTheConsole() throws IOException {
        return bundles(bundle -> assertThat(bundle.imports().keySet())
                .filteredOn(name -> name.startsWith("org.apache.karaf."))
                .matches(names -> names.isEmpty() || bundle.name().equals(CONSOLE)));
    }

    @TestFactory
    Stream<DynamicTest> shouldExportOnlyTheApiTheClientAndTheToolkit() throws IOException {
        return bundles(bundle -> assertThat(bundle.exports().keySet())
                .allMatch(name -> (bundle.name().equals(API) && name.startsWith("io.datahub.api"))
                        || (bundle.name().equals(CLIENT) && name.startsWith("io.datahub.client"))
                        || (bundle.name().equals(JETTY) && name.equals(WEB))));
    }

    @TestFactory
    Stream<DynamicTest> shouldHaveNoUnlistedOptionalImports() throws IOException {
        return bundles(bundle -> assertThat(bundle.imports().entrySet())
                .filteredOn(clause -> clause.getValue().contains("resolution:=optional"))
                .extracting(clause -> bundle.name() + " " + clause.getKey())
                .allMatch(OPTIONAL_IMPORTS::contains));
    }

    @TestFactory
    Stream<DynamicTest> shouldNotUseUnwantedHeaders() throws IOException {
        return bundles(bundle -> assertThat(UNWANTED_HEADERS).noneMatch(bundle.headers()::containsKey));
    }

    private static Stream<DynamicTest> bundles(Check check) throws IOException {
        Path repository = Path.of(System.getProperty("datahub.distribution", "target/assembly"), "system/io/datahub");
        List<Path> jars;
        try (Stream<Path> files = Files.walk(repository)) {
            jars = files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
        assertThat(jars).isNotEmpty();
        return jars.stream()
                .map(jar -> DynamicTest.dynamicTest(jar.getFileName().toString(), () -> {
                    check.of(Headers.read(jar));
                }));
    }

    /** An assertion about one bundle. */
    private interface Check {
        void of(Headers bundle);
    }

    /** A bundle's manifest. */
    private record Headers(String name, TreeMap<String, String> headers) {

        static Headers read(Path jar) throws IOException {
            TreeMap<String, String> headers = new TreeMap<>();
            try (JarFile file = new JarFile(jar.toFile())) {
                Attributes attributes = file.getManifest().getMainAttributes();
                attributes.forEach((key, value) -> headers.put(key.toString(), value.toString()));
            }
            return new Headers(headers.get("Bundle-SymbolicName"), headers);
        }

        TreeMap<String, String> imports() {
            return clauses("Import-Package");
        }

        TreeMap<String, String> exports() {
            return clauses("Export-Package");
        }

        /**
         * Parses the clauses of a header: package names with their attributes and directives. Commas within quotes
         * don't separate clauses.
         */
        private TreeMap<String, String> clauses(String header) {
            TreeMap<String, String> clauses = new TreeMap<>();
            String value = headers.getOrDefault(header, "");
            for (String clause : value.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1)) {
                if (!clause.isBlank()) {
                    int end = clause.indexOf(';');
                    clauses.put(end < 0 ? clause : clause.substring(0, end), end < 0 ? "" : clause.substring(end));
                }
            }
            return clauses;
        }
    }
}
