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

/** Says without a hub what a hub would say of its configuration files: the same files by the same rules. */
public final class ConfigurationCheck {

    private static final String METATYPE = "OSGI-INF/metatype/";

    private final Path etc;
    private final UnaryOperator<String> variables;

    /**
     * Checks a folder.
     *
     * @param etc where the configuration files are
     * @param variables returns the value of {@code NAME} or {@code env:NAME}, or null
     */
    ConfigurationCheck(Path etc, UnaryOperator<String> variables) {
        this.etc = etc;
        this.variables = variables;
    }

    /**
     * Prints what is wrong, a problem a line, and ends with status 0 if every file can be used, with 1 if one can't.
     *
     * @param args the folder of the files, and the folder that has the hub's bundles below it
     */
    public static void main(String[] args) throws IOException {
        UnaryOperator<String> variables = name ->
                name.startsWith("env:") ? System.getenv(name.substring("env:".length())) : System.getProperty(name);
        boolean isUsable = new ConfigurationCheck(Path.of(args[0]), variables).report(Path.of(args[1]), System.out);
        System.exit(isUsable ? 0 : 1);
    }

    /** Prints what is wrong, and returns whether every file can be used. */
    boolean report(Path bundles, PrintStream out) throws IOException {
        Schemas schemas = schemas(bundles);
        List<Path> files = files(etc, path -> Pid.isOurs(name(path)));
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
                        .filter(one -> one.getName().startsWith(METATYPE)
                                && one.getName().endsWith(".xml"))
                        .toList()) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        schemas.add(in);
                    }
                }
            }
        }
        return schemas;
    }

    private static List<Path> files(Path folder, java.util.function.Predicate<Path> wanted) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).filter(wanted).sorted().toList();
        }
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }
}
