package io.datahub.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** Validates the configuration files without a running hub, by the same rules as the hub does. */
public final class ConfigurationCheck {

    private static final String METATYPE = "OSGI-INF/metatype/";

    private final Path etc;
    private final UnaryOperator<String> variables;

    /**
     * Creates a check of a directory.
     *
     * @param etc the directory of the configuration files
     * @param variables returns the value of {@code NAME} or {@code env:NAME}, or null if it isn't set
     */
    ConfigurationCheck(Path etc, UnaryOperator<String> variables) {
        this.etc = etc;
        this.variables = variables;
    }

    /**
     * Prints the problems, one per line, and exits with status 0 if every file is valid, otherwise with 1.
     *
     * @param args the directory of the configuration files, and the directory tree that contains the hub's bundles
     */
    public static void main(String[] args) throws IOException {
        UnaryOperator<String> variables = name ->
                name.startsWith("env:") ? System.getenv(name.substring("env:".length())) : System.getProperty(name);
        boolean isValid = new ConfigurationCheck(Path.of(args[0]), variables).report(Path.of(args[1]), System.out);
        System.exit(isValid ? 0 : 1);
    }

    /** Prints the problems and returns whether every file is valid. */
    boolean report(Path bundles, PrintStream out) throws IOException {
        Schemas schemas = schemas(bundles);
        List<Path> files = files(etc, path -> Pid.isHubFile(name(path)));
        List<ConfigurationProblem> problems = new ArrayList<>();
        for (Path file : files) {
            problems.addAll(schemas.validate(CfgFile.parse(name(file), Files.readAllBytes(file), variables)));
        }
        problems.forEach(problem -> out.println((problem.fatal() ? "error: " : "warning: ") + problem));
        long errors = problems.stream().filter(ConfigurationProblem::fatal).count();
        out.println(etc + ": " + files.size() + " files, " + errors + " errors, " + (problems.size() - errors)
                + " warnings");
        return errors == 0;
    }

    private static Schemas schemas(Path bundles) throws IOException {
        Schemas schemas = new Schemas();
        for (Path path : files(bundles, path -> name(path).matches("datahub-.*[.]jar"))) {
            try (JarFile jar = new JarFile(path.toFile())) {
                for (JarEntry entry : jar.stream()
                        .filter(candidate -> candidate.getName().startsWith(METATYPE)
                                && candidate.getName().endsWith(".xml"))
                        .toList()) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        schemas.add(in);
                    }
                }
            }
        }
        return schemas;
    }

    private static List<Path> files(Path folder, java.util.function.Predicate<Path> filter) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).filter(filter).sorted().toList();
        }
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }
}
