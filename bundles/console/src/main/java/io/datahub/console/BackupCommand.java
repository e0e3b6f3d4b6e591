package io.datahub.console;

import io.datahub.api.Home;
import io.datahub.api.disk.Snapshots;
import io.datahub.api.file.AtomicFile;
import io.datahub.console.shell.CommandException;
import io.datahub.console.shell.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;

/** {@code datahub:backup}. */
@Command(
        scope = "datahub",
        name = "backup",
        description = "Writes a consistent backup of records, index, journal, keys and configuration to an archive")
@Service
public final class BackupCommand extends DatahubCommand {

    private static final List<String> CONFIGURATION = List.of("etc", "deploy");

    @Argument(
            name = "file",
            description = "Absolute path of the archive on the hub's machine: .tar, or .tar.gz for a compressed one",
            required = true)
    String file;

    @Override
    public Object execute() throws IOException, InterruptedException {
        Path archive = Path.of(file);
        if (!archive.isAbsolute() || archive.getParent() == null) {
            throw new CommandException("the archive needs an absolute path, not " + file);
        }
        if (Files.exists(archive)) {
            throw new CommandException(file + " already exists; choose another file, or delete it");
        }
        if (!Files.isDirectory(archive.getParent())) {
            throw new CommandException("there is no directory " + archive.getParent() + "; create it first");
        }
        try (Snapshots.Snapshot snapshot =
                diskService(Snapshots.class, "back them up where they are").take()) {
            addConfiguration(service(Home.class).root(), snapshot.folder());
            AtomicFile.write(archive, AtomicFile.Access.PRIVATE, partial -> pack(snapshot.folder(), partial));
            print(new Table("file", "bytes", "records", "cursor")
                    .row(archive, Files.size(archive), snapshot.records(), snapshot.cursor()));
        }
        return null;
    }

    /**
     * In an operator's own Karaf the configuration is not in the home directory, and backing it up is not our concern.
     */
    private static void addConfiguration(Path home, Path target) throws IOException {
        for (String name : CONFIGURATION) {
            Path directory = home.resolve(name);
            if (Files.isDirectory(directory)) {
                try (Stream<Path> files = Files.walk(directory)) {
                    for (Path from : files.toList()) {
                        Files.copy(
                                from,
                                target.resolve(home.relativize(from).toString()),
                                StandardCopyOption.COPY_ATTRIBUTES);
                    }
                }
            }
        }
    }

    /** The POSIX format preserves long names and the exact file times. */
    private static void pack(Path directory, Path archive) throws IOException, InterruptedException {
        Process tar = new ProcessBuilder(
                        "tar",
                        "--create",
                        "--format=posix",
                        "--auto-compress",
                        "--file=" + archive,
                        "--force-local",
                        "--directory=" + directory,
                        ".")
                .redirectErrorStream(true)
                .start();
        String output = new String(tar.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (tar.waitFor() != 0) {
            throw new CommandException("can't write the archive: " + output.strip());
        }
    }
}
