import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/**
 * Makes the laid out distribution the same, byte by byte and in its times, whenever it is built: takes out of the configuration
 * the moment at which Karaf's plugin has written it, and gives every file and directory the time of the release.
 * Run by the build: {@code java Settle.java DISTRIBUTION TIMESTAMP}.
 */
public final class Settle {

    private static final String WRITTEN = "#Modified by org.apache.karaf.tools.utils.KarafPropertiesFile";

    public static void main(String[] args) throws IOException {
        Path distribution = Path.of(args[0]);
        FileTime released = FileTime.from(Instant.parse(args[1]));
        try (Stream<Path> files = Files.list(distribution.resolve("etc"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                forgetWhenWritten(file);
            }
        }
        try (Stream<Path> files = Files.walk(distribution)) {
            for (Path file : files.toList()) {
                Files.setLastModifiedTime(file, released);
            }
        }
    }

    private static void forgetWhenWritten(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() > 1 && lines.get(0).equals(WRITTEN)) {
            Files.write(file, lines.subList(2, lines.size()));
        }
    }

    private Settle() {}
}
