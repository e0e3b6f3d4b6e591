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

/** Runs a command in the console of a running hub over SSH, using the key in its home directory. */
final class Console {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    /** How long to wait for a response once the connection is accepted; on a busy machine the first login is slow. */
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration RETRY_INTERVAL = Duration.ofMillis(200);
    private static final Pattern QUOTE_OR_BACKSLASH = Pattern.compile("['\\\\]");
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_:./@+,-]+");

    private final String host;
    private final int port;
    private final Path key;

    Console(String host, int port, Path key) {
        this.host = host;
        this.port = port;
        this.key = key;
    }

    /** Builds a command line from words. A single word is used as a whole command line and may contain pipes. */
    static String commandLine(String... words) {
        return words.length == 1
                ? words[0]
                : Arrays.stream(words).map(Console::quote).collect(Collectors.joining(" "));
    }

    /** Runs a command, forwards its output to this process's output, and returns its exit status. */
    int execute(String commandLine) throws IOException, CommandFailure {
        try (SshClient client = SshClient.setUpDefaultClient()) {
            client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
            client.setKeyIdentityProvider(identity());
            CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
            client.start();
            try (ClientSession session = logIn(client)) {
                return execute(session, commandLine);
            }
        }
    }

    /** @throws CommandFailure if the key can't be used; the message says how to fix it */
    private KeyIdentityProvider identity() throws CommandFailure {
        try {
            return KeyIdentityProvider.wrapKeyPairs(ConsoleKey.read(key));
        } catch (AccessDeniedException e) {
            throw new CommandFailure(
                    "The console key " + key + " is readable by the hub's user only: run the command as that user.", e);
        } catch (IOException e) {
            throw new CommandFailure(
                    "The console key " + key + " can't be used (" + e.getMessage()
                            + "): restart the hub (datahub stop, datahub start), which generates a new one.",
                    e);
        }
    }

    /** Logs in, with retries: the console starts slightly later than the other transports. */
    private ClientSession logIn(SshClient client) throws CommandFailure {
        long deadline = System.nanoTime() + CONNECT_TIMEOUT.toNanos();
        while (true) {
            try {
                return tryToLogIn(client);
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw new CommandFailure(
                            "The console at " + host + " port " + port + " refuses the launcher: " + e.getMessage(), e);
                }
            }
            LockSupport.parkNanos(RETRY_INTERVAL.toNanos());
        }
    }

    private ClientSession tryToLogIn(SshClient client) throws IOException {
        ClientSession session = client.connect(ConsoleKey.USER, host, port)
                .verify(CONNECT_TIMEOUT)
                .getSession();
        try {
            session.auth().verify(RESPONSE_TIMEOUT);
            return session;
        } catch (IOException e) {
            session.close(true);
            throw e;
        }
    }

    private static int execute(ClientSession session, String commandLine) throws IOException, CommandFailure {
        try (ChannelExec channel = session.createExecChannel(commandLine + "\n")) {
            channel.setIn(new NullInputStream());
            channel.setOut(output(System.out));
            channel.setErr(output(System.err));
            channel.open().verify(RESPONSE_TIMEOUT);
            channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), 0L);
            Integer status = channel.getExitStatus();
            if (status == null) {
                throw new CommandFailure("the hub closed the console before the command ended");
            }
            return status;
        }
    }

    /** Removes colors unless the output is a terminal. */
    private static OutputStream output(OutputStream stream) {
        OutputStream unclosable = new NoCloseOutputStream(stream);
        return Boolean.getBoolean("datahub.terminal") ? unclosable : new PlainOutput(unclosable);
    }

    /**
     * Quotes a word for Karaf's shell. Single quotes protect everything except single quotes themselves and
     * backslashes, which Karaf treats as escapes even there; both are put outside the quotes.
     */
    private static String quote(String word) {
        return PLAIN.matcher(word).matches()
                ? word
                : "'" + QUOTE_OR_BACKSLASH.matcher(word).replaceAll("'\\\\$0'") + "'";
    }
}
