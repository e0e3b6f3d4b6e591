package io.datahub.ssh.checksum;

import io.datahub.ssh.session.ChannelHandler;
import io.datahub.ssh.session.RefusedCommand;
import io.datahub.ssh.session.ShellWords;
import io.datahub.ssh.session.SshSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.sshd.server.command.Command;

/** Serves {@code md5sum}, {@code sha1sum}, {@code sha256sum} and {@code sha512sum}, as of GNU coreutils. */
public final class ChecksumHandler implements ChannelHandler {

    private static final Map<String, String> ALGORITHMS =
            Map.of("md5sum", "MD5", "sha1sum", "SHA-1", "sha256sum", "SHA-256", "sha512sum", "SHA-512");

    @Override
    public Optional<Command> command(SshSession session, String line) {
        String name = line.strip().split("\\s", 2)[0];
        return Optional.ofNullable(ALGORITHMS.get(name)).map(algorithm -> command(session, line, name, algorithm));
    }

    private static Command command(SshSession session, String line, String name, String algorithm) {
        List<String> paths = new ArrayList<>();
        boolean options = true;
        try {
            List<String> words = ShellWords.of(line);
            for (String word : words.subList(1, words.size())) {
                if (options && word.equals("--")) {
                    options = false;
                } else if (options && word.startsWith("-") && word.length() > 1) {
                    if (!List.of("-b", "-t", "--binary", "--text").contains(word)) {
                        return new RefusedCommand(name + " has no option " + word + " here");
                    }
                } else {
                    paths.add(word);
                }
            }
        } catch (IllegalArgumentException e) {
            return new RefusedCommand(e.getMessage());
        }
        return new ChecksumCommand(session, algorithm, paths.isEmpty() ? List.of("-") : paths);
    }
}
