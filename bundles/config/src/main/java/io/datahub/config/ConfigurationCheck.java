package io.datahub.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipException;

/** Validates the configuration files without a running hub, by the same rules as the hub does. */
public final class ConfigurationCheck {

    private static final String DESCRIPTIONS = "OSGI-INF/";
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
        UnaryOperator<String> variables = CfgFile.variables(System.getenv(), System::getProperty);
        boolean isValid = new ConfigurationCheck(Path.of(args[0]), variables).report(Path.of(args[1]), System.out);
        System.exit(isValid ? 0 : 1);
    }

    /** Prints the problems and returns whether every file is valid. */
    boolean report(Path bundles, PrintStream out) throws IOException {
        Schemas schemas = schemas(bundles);
        List<Path> files = files(etc, path -> Pid.isHubFile(name(path)));
        List<FileProblem> problems = new ArrayList<>();
        for (Path file : files) {
            problems.addAll(schemas.validate(CfgFile.parse(name(file), Files.readAllBytes(file), variables)));
            String pid = Pid.of(name(file)).base();
            if (!schemas.pids().contains(pid) && !componentPids(bundles).contains(pid)) {
                problems.add(FileProblem.unknownFile(name(file), pid, schemas.pids()));
            }
        }
        problems.forEach(problem -> out.println((problem.fatal() ? "error: " : "warning: ") + problem));
        long errors = problems.stream().filter(FileProblem::fatal).count();
        out.println(etc + ": " + files.size() + " files, " + errors + " errors, " + (problems.size() - errors)
                + " warnings");
        return errors == 0;
    }

    private static Schemas schemas(Path bundles) throws IOException {
        Schemas schemas = new Schemas();
        for (Path jar : files(bundles, path -> name(path).matches("datahub-.*[.]jar"))) {
            read(jar, METATYPE, schemas::add);
        }
        return schemas;
    }

    /** The PIDs of the components of the hub, and of the bundles that the operator has deployed or installed. */
    private Set<String> componentPids(Path bundles) throws IOException {
        Set<String> pids = new HashSet<>();
        for (Path directory : List.of(bundles, etc.resolve("installed"), etc.resolveSibling("deploy"))) {
            for (Path jar : Files.isDirectory(directory) ? files(directory, path -> isJar(path)) : List.<Path>of()) {
                try {
                    read(jar, DESCRIPTIONS, in -> pids.addAll(ComponentPids.read(in)));
                } catch (ZipException e) {
                    // A damaged file is one that the hub can't install, either.
                }
            }
        }
        return pids;
    }

    private static boolean isJar(Path path) {
        return name(path).endsWith(".jar");
    }

    private static void read(Path jar, String directory, Reader reader) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            for (JarEntry entry : file.stream()
                    .filter(candidate -> candidate.getName().matches(directory + "[^/]+[.]xml"))
                    .toList()) {
                try (InputStream in = file.getInputStream(entry)) {
                    reader.read(in);
                }
            }
        }
    }

    /** Reads an entry of a jar. */
    private interface Reader {
        void read(InputStream in) throws IOException;
    }

    private static List<Path> files(Path directory, java.util.function.Predicate<Path> filter) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile).filter(filter).sorted().toList();
        }
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }
}
