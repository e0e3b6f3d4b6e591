package io.datahub.cli.context;

import io.datahub.cli.core.Failure;
import io.datahub.cli.core.Json;
import io.datahub.cli.core.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Contexts by name, each a file for the user alone, and the name of the one in use. */
final class ContextStore {

    private static final String SUFFIX = ".json";

    private final Path directory = PrivateFiles.config().resolve("contexts");
    private final Path current = PrivateFiles.config().resolve("current");

    /** The names, in order. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (Stream<Path> files = Files.list(directory)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(SUFFIX))
                        .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                        .sorted()
                        .forEach(names::add);
            } catch (IOException e) {
                throw new Failure(Failure.FAILED, directory + " can't be read: " + e.getMessage());
            }
        }
        return names;
    }

    Optional<Context> find(String name) {
        Path file = file(name);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        return Optional.of(PrivateFiles.readObject(file)
                .map(Context::of)
                .filter(context -> !context.url().isEmpty())
                .orElseThrow(() -> new Failure(
                        Failure.USAGE, file + " can't be read or is damaged: delete it and add the context again")));
    }

    Context get(String name) {
        return find(name)
                .orElseThrow(() -> new Failure(
                        Failure.USAGE, "there is no context '" + name + "'; datahub context ls lists them"));
    }

    void put(String name, Context context) {
        PrivateFiles.write(file(name), Json.text(context.json()) + "\n");
    }

    void remove(String name) {
        get(name);
        try {
            Files.deleteIfExists(file(name));
            if (current().filter(name::equals).isPresent()) {
                Files.deleteIfExists(current);
            }
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, "the context can't be removed: " + e.getMessage());
        }
    }

    /** The name of the context in use. */
    Optional<String> current() {
        try {
            return Files.exists(current) ? Optional.of(Files.readString(current).strip()) : Optional.empty();
        } catch (IOException e) {
            throw new Failure(Failure.FAILED, current + " can't be read: " + e.getMessage());
        }
    }

    void use(String name) {
        get(name);
        PrivateFiles.write(current, name + "\n");
    }

    private Path file(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")) {
            throw new Failure(
                    Failure.USAGE,
                    "'" + name + "' can't be a context's name: use letters, digits and . _ @ -, up to 64");
        }
        return directory.resolve(name + SUFFIX);
    }
}
