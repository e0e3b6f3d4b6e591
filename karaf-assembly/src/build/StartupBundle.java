import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Adds a bundle of the laid out distribution to those that are installed before the framework resolves any, since Karaf's plugin
 * leaves out fragments. Run by the build: {@code java StartupBundle.java DISTRIBUTION GROUP ARTIFACT VERSION START-LEVEL}.
 */
public final class StartupBundle {

    public static void main(String[] args) throws IOException {
        Path distribution = Path.of(args[0]);
        Path jar = distribution
                .resolve("system")
                .resolve(args[1].replace('.', '/'))
                .resolve(args[2])
                .resolve(args[3])
                .resolve(args[2] + "-" + args[3] + ".jar");
        if (!Files.isRegularFile(jar)) {
            throw new IOException(jar + " is missing");
        }
        String line = "mvn\\:" + args[1] + "/" + args[2] + "/" + args[3] + " = " + args[4] + "\n";
        Path startup = distribution.resolve("etc").resolve("startup.properties");
        if (!Files.readString(startup).contains(line)) {
            Files.writeString(startup, line, StandardOpenOption.APPEND);
        }
    }

    private StartupBundle() {}
}
