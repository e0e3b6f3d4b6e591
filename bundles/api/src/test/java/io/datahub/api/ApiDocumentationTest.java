package io.datahub.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever implements or uses the API finds what is promised: with each type, and each public or protected member. */
class ApiDocumentationTest {

    private static final Path SOURCES = Path.of("src", "main", "java");

    /** The only exception: a compact constructor, whose parameters are the components that its record documents. */
    private static final Pattern COMPACT_CONSTRUCTOR = Pattern.compile("\\s*(public )?[A-Z]\\w* \\{");

    /** Classes and sealed types need no such annotation, since only the API itself implements them. */
    private static final Pattern INTERFACE = Pattern.compile("^public interface \\w+", Pattern.MULTILINE);

    @TempDir
    Path folder;

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList();
        }
    }

    @Test
    void shouldDocumentEveryPublicMember() throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> options =
                List.of("-proc:none", "-Xdoclint:all/protected", "-Xmaxwarns", "10000", "-classpath", classPath);
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(found, Locale.ENGLISH, StandardCharsets.UTF_8)) {
            files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(folder));
            assertThat(compiler.getTask(null, files, found, options, null, files.getJavaFileObjectsFromPaths(sources()))
                            .call())
                    .isTrue();
        }

        List<String> missing = new ArrayList<>();
        for (Diagnostic<? extends JavaFileObject> each : found.getDiagnostics()) {
            if (each.getSource() != null && !isCompactConstructor(each)) {
                missing.add(each.getSource().getName() + ":" + each.getLineNumber() + " "
                        + each.getMessage(Locale.ENGLISH));
            }
        }
        assertThat(missing).isEmpty();
    }

    private static boolean isCompactConstructor(Diagnostic<? extends JavaFileObject> found) throws IOException {
        String line = Files.readAllLines(Path.of(found.getSource().toUri())).get((int) found.getLineNumber() - 1);
        return COMPACT_CONSTRUCTOR.matcher(line).matches();
    }

    @Test
    void shouldSayWhoImplementsEachInterface() throws IOException {
        for (Path source : sources()) {
            String text = Files.readString(source);
            if (INTERFACE.matcher(text).find()) {
                assertThat(text).as(source.toString()).containsAnyOf("@ProviderType", "@ConsumerType");
            }
        }
    }

    @Test
    void shouldGiveEachPackageAVersion() throws IOException {
        for (Path source : sources()) {
            if (source.endsWith("package-info.java")) {
                assertThat(Files.readString(source)).as(source.toString()).contains("@Version(\"0.9.0\")");
            } else {
                assertThat(source.resolveSibling("package-info.java")).exists();
            }
        }
    }
}
