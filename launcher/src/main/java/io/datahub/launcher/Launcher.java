package io.datahub.launcher;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;

/** The commands of {@code bin/datahub} that need Java; the script sets the system properties. */
public final class Launcher {

    private static final int HTTP_OK = 200;

    private Launcher() {}

    /**
     * Runs {@code run}, {@code health HOST PORT}, {@code console HOST PORT [WORD…]}, {@code pub}, {@code sub} or {@code
     * curve-key}.
     *
     * @param args the command and its arguments
     */
    public static void main(String[] args) throws Exception {
        try {
            System.exit(run(args[0], Arrays.copyOfRange(args, 1, args.length)));
        } catch (CommandFailure e) {
            System.err.println("datahub: " + e.getMessage());
            System.exit(e.status());
        } catch (IOException | UncheckedIOException e) {
            System.err.println("datahub: " + args[0] + " failed: " + e);
            System.exit(1);
        }
    }

    private static int run(String command, String[] args) throws Exception {
        HubHome home = new HubHome(Path.of(System.getProperty("karaf.base")));
        switch (command) {
            case "run" -> new HubProcess(home, Path.of(System.getProperty("karaf.home"))).run();
            case "health" -> {
                int status = HealthCommand.status(args[0], Integer.parseInt(args[1]));
                return status == HTTP_OK ? 0 : 1;
            }
            case "console" -> {
                return new Console(
                                args[0], Integer.parseInt(args[1]), home.state().resolve("console.key"))
                        .execute(Console.commandLine(Arrays.copyOfRange(args, 2, args.length)));
            }
            case "pub" -> new PubCommand(System.in, args).run(HubAccess.of(home, System.getenv()));
            case "sub" ->
                new SubscribeCommand(new FileOutputStream(FileDescriptor.out), args)
                        .run(HubAccess.of(home, System.getenv()));
            case "curve-key" -> new CurveKeyCommand(args).generate().forEach(System.out::println);
            default -> throw new CommandFailure("unknown command " + command);
        }
        return 0;
    }
}
