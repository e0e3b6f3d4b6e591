package io.datahub.launcher;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The home directory, which holds all persistent data. */
record HubHome(Path root) {

    Path etc() {
        return root.resolve("etc");
    }

    Path state() {
        return root.resolve("state");
    }

    Path cache() {
        return root.resolve("cache");
    }

    Path log() {
        return root.resolve("log").resolve("datahub.log");
    }

    Path files() {
        return root.resolve("files");
    }

    Path adminToken() {
        return root.resolve("admin.token");
    }

    Path curveKey() {
        return state().resolve("curve.pub");
    }

    /**
     * Creates the directories that Karaf needs before it starts; {@code state/} is accessible to the hub's own user
     * only.
     */
    void prepare() throws CommandFailure {
        try {
            for (String folder : List.of("etc", "log", "deploy", "cache/tmp")) {
                Files.createDirectories(root.resolve(folder));
            }
            Files.createDirectories(state());
            Files.setPosixFilePermissions(state(), PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new CommandFailure(
                    "The home " + root + " can't be written (" + reason(e)
                            + "): make it writable for this user, or set DATAHUB_HOME to another directory.",
                    e);
        }
    }

    private static String reason(IOException e) {
        return e instanceof FileSystemException f && f.getReason() != null
                ? f.getReason()
                : e.getClass().getSimpleName() + " " + e.getMessage();
    }
}
