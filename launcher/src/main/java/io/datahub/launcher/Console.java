package io.datahub.launcher;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.util.io.input.NullInputStream;
import org.apache.sshd.common.util.io.output.NoCloseOutputStream;
import org.apache.sshd.core.CoreModuleProperties;

/** Runs a command in the console of a running hub, over SSH with the key in its home. */
final class Console {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How long a hub that has taken the connection may take for its answer; on a busy machine the first login is slow. */
    private static final Duration ANSWER = Duration.ofSeconds(30);

    private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);
    private static final Pattern SPECIAL = Pattern.compile("['\\\\]");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_:./@+,-]+");

    private final String host;
    private final int port;
    private final Path key;

    Console(String host, int port, Path key) {
        this.host = host;
        this.port = port;
        this.key = key;
    }

    /** Turns words into a command line; a single one is taken for a whole line, with pipes and all. */
    static String line(String... words) {
        return words.length == 1
                ? words[0]
                : Arrays.stream(words).map(Console::quote).collect(Collectors.joining(" "));
    }

    /** Returns the exit status of the command; what it prints goes to this process's own output. */
    int execute(String line) throws IOException, CommandFailure {
        try (SshClient client = SshClient.setUpDefaultClient()) {
            client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
            client.setKeyIdentityProvider(identity());
            CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
            client.start();
            try (ClientSession session = logIn(client)) {
                return execute(session, line);
            }
        }
    }

    /** @throws CommandFailure if the key can't be used; says what helps */
    private KeyIdentityProvider identity() throws CommandFailure {
        try {
            return KeyIdentityProvider.wrapKeyPairs(ConsoleKey.read(key));
        } catch (AccessDeniedException e) {
            throw new CommandFailure(
                    "The key to the console, " + key + ", is for the hub's own user: become that one.", e);
        } catch (IOException e) {
            throw new CommandFailure(
                    "The key to the console, " + key + ", can't be used (" + e.getMessage()
                            + "): restart the hub (datahub stop, datahub start), which makes a new one.",
                    e);
        }
    }

    /** The console comes up a moment after the rest, so a hub that was only just started is asked again. */
    private ClientSession logIn(SshClient client) throws CommandFailure {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                return tryToLogIn(client);
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw new CommandFailure(
                            "The console at " + host + " port " + port + " doesn't let the launcher in: "
                                    + e.getMessage(),
                            e);
                }
            }
            LockSupport.parkNanos(BETWEEN_TRIES.toNanos());
        }
    }

    private ClientSession tryToLogIn(SshClient client) throws IOException {
        ClientSession session =
                client.connect(ConsoleKey.USER, host, port).verify(PATIENCE).getSession();
        try {
            session.auth().verify(ANSWER);
            return session;
        } catch (IOException e) {
            session.close(true);
            throw e;
        }
    }

    private static int execute(ClientSession session, String line) throws IOException, CommandFailure {
        try (ChannelExec channel = session.createExecChannel(line + "\n")) {
            channel.setIn(new NullInputStream());
            channel.setOut(output(System.out));
            channel.setErr(output(System.err));
            channel.open().verify(ANSWER);
            channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), 0L);
            Integer status = channel.getExitStatus();
            if (status == null) {
                throw new CommandFailure("the hub closed the console before the command had ended");
            }
            return status;
        }
    }

    /** Colours are for people in front of a terminal. */
    private static OutputStream output(OutputStream stream) {
        OutputStream open = new NoCloseOutputStream(stream);
        return Boolean.getBoolean("datahub.terminal") ? open : new PlainOutput(open);
    }

    /**
     * Within single quotes the shell changes nothing, so only these themselves stand outside, and backslashes, which Karaf
     * takes for escapes even there.
     */
    private static String quote(String word) {
        return PLAIN.matcher(word).matches()
                ? word
                : "'" + SPECIAL.matcher(word).replaceAll("'\\\\$0'") + "'";
    }
}
