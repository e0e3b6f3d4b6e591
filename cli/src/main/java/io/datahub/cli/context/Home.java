package io.datahub.cli.context;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The home of a hub on this machine, where its address and the first administrator's token are.
 *
 * @param directory the home
 * @param isExplicit whether the user has set {@code DATAHUB_HOME}
 */
record Home(Path directory, boolean isExplicit) {

    private static final String VARIABLE = "DATAHUB_HOME";

    /** The launcher tells which it is; without one it is the variable. */
    static Optional<Home> find() {
        String property = System.getProperty("datahub.home", "");
        if (!property.isEmpty()) {
            return Optional.of(new Home(Path.of(property), Boolean.getBoolean("datahub.home.explicit")));
        }
        String variable = System.getenv(VARIABLE);
        return variable == null || variable.isEmpty()
                ? Optional.empty()
                : Optional.of(new Home(Path.of(variable), true));
    }

    /** Whether there has ever been a hub. */
    boolean isUsed() {
        return Files.exists(directory.resolve("state")) || Files.exists(tokenFile()) || Files.exists(runFile());
    }

    private Path tokenFile() {
        return directory.resolve("admin.token");
    }

    private Path runFile() {
        return directory.resolve("cache").resolve("hub.run");
    }

    Context context() {
        String host = "";
        String port = "";
        try {
            if (Files.exists(runFile())) {
                for (String line : Files.readAllLines(runFile())) {
                    host = line.startsWith("http.host=") ? line.substring("http.host=".length()) : host;
                    port = line.startsWith("http.port=") ? line.substring("http.port=".length()) : port;
                }
            }
        } catch (IOException e) {
            // Somebody else's home: the defaults may do, with a token of one's own.
        }
        host = host.isEmpty() ? variable("DATAHUB_HOST", "127.0.0.1") : host;
        port = port.isEmpty() ? variable("DATAHUB_HTTP_PORT", "8480") : port;
        String reachable = host.equals("0.0.0.0") ? "127.0.0.1" : host.equals("::") ? "::1" : host;
        String name = reachable.indexOf(':') >= 0 ? "[" + reachable + "]" : reachable;
        String token = Files.isReadable(tokenFile()) ? tokenFile().toString() : "";
        return new Context("http://" + name + ":" + port, "", token, "", "");
    }

    private static String variable(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }
}
