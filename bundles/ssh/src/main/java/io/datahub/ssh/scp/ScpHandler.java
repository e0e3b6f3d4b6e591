package io.datahub.ssh.scp;

import io.datahub.ssh.session.ChannelHandler;
import io.datahub.ssh.session.RefusedCommand;
import io.datahub.ssh.session.ShellWords;
import io.datahub.ssh.session.SshSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.server.command.Command;

/** Serves {@code scp -t PATH} (the client sends) and {@code scp -f PATH…} (the client receives). */
public final class ScpHandler implements ChannelHandler {

    private static final String NAME = "scp";

    /** Options that change nothing here, such as {@code -v}. */
    private static final String IGNORED = "vqB";

    @Override
    public Optional<Command> command(SshSession session, String line) {
        if (!line.strip().split("\\s", 2)[0].equals(NAME)) {
            return Optional.empty();
        }
        try {
            return Optional.of(command(session, ShellWords.of(line)));
        } catch (IllegalArgumentException e) {
            return Optional.of(new RefusedCommand(e.getMessage()));
        }
    }

    private static Command command(SshSession session, List<String> words) {
        StringBuilder letters = new StringBuilder();
        List<String> paths = new ArrayList<>();
        int at = 1;
        while (at < words.size()
                && words.get(at).startsWith("-")
                && !words.get(at).equals("--")) {
            letters.append(words.get(at++).substring(1));
        }
        if (at < words.size() && words.get(at).equals("--")) {
            at++;
        }
        paths.addAll(words.subList(at, words.size()));
        ScpOptions options = ScpOptions.of(letters.toString());
        if (!letters.chars().allMatch(letter -> (ScpOptions.LETTERS + IGNORED).indexOf(letter) >= 0)) {
            return new RefusedCommand("scp has no options -" + letters + " here");
        }
        if (options.toHub() == options.fromHub() || paths.isEmpty() || (options.toHub() && paths.size() != 1)) {
            return new RefusedCommand("this is the server's end of scp; run scp on the client");
        }
        return options.toHub()
                ? new ScpReceiver(session, options, paths.get(0))
                : new ScpSender(session, options, paths);
    }
}
