package io.datahub.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentationTest {

    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void shouldCompileTheExamplesOfTheDocumentation(@TempDir Path classes) throws Exception {
        List<String> examples = EXAMPLE.matcher(Files.readString(Path.of("../../docs/reference/java-client.md")))
                .results()
                .map(example -> example.group(1))
                .filter(this::isImport)
                .toList();
        assertThat(examples).hasSizeGreaterThan(1);
        for (String example : examples) {
            compileExample(example, classes);
        }
    }

    private void compileExample(String example, Path classes) {
        String imports = example.lines().filter(this::isImport).collect(Collectors.joining("\n"));
        String body = example.lines().filter(line -> !isImport(line)).collect(Collectors.joining("\n"));
        String source =
                imports + "\nclass Example { void run(String token, byte[] payload, byte[] line) throws Exception {\n"
                        + body + "\n}}";

        assertThat(compile(source, classes)).isEmpty();
    }

    private boolean isImport(String line) {
        return line.startsWith("import ");
    }

    private static List<String> compile(String source, Path classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        List<String> options = List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
        compiler.getTask(null, null, found, options, null, List.of(file)).call();
        return found.getDiagnostics().stream().map(Object::toString).toList();
    }
}
