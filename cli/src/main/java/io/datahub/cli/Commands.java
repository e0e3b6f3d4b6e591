package io.datahub.cli;

import io.datahub.cli.context.ContextCommand;
import io.datahub.cli.event.HistoryCommand;
import io.datahub.cli.event.PubCommand;
import io.datahub.cli.event.SubCommand;
import io.datahub.cli.event.WatchCommand;
import io.datahub.cli.record.CatCommand;
import io.datahub.cli.record.GetCommand;
import io.datahub.cli.record.LsCommand;
import io.datahub.cli.record.MkdirCommand;
import io.datahub.cli.record.MvCommand;
import io.datahub.cli.record.PutCommand;
import io.datahub.cli.record.RmCommand;
import io.datahub.cli.record.StatCommand;
import io.datahub.cli.sync.SyncCommand;
import io.datahub.cli.user.ExplainCommand;
import io.datahub.cli.user.GrantCommand;
import io.datahub.cli.user.RevokeCommand;
import io.datahub.cli.user.TokenCommand;
import io.datahub.cli.user.UserCommand;
import io.datahub.cli.user.WhoamiCommand;
import java.util.List;
import picocli.CommandLine;

/** The commands by name. Only the one that is called is read by reflection, which is most of what a short command costs. */
final class Commands {

    static final List<String> NAMES = List.of(
            "put", "get", "cat", "ls", "stat", "rm", "mv", "mkdir", "sync", "watch", "sub", "pub", "history", "user",
            "grant", "revoke", "token", "whoami", "explain", "context");

    private Commands() {}

    /** A command line with this command, or with all if there is none of that name. */
    static CommandLine lineFor(String word) {
        // A name or a payload may begin with @, and isn't to be replaced by the content of a file.
        CommandLine line = new CommandLine(new DatahubCommand()).setExpandAtFiles(false);
        for (String name : NAMES.contains(word) ? List.of(word) : NAMES) {
            line.addSubcommand(name, command(name));
        }
        return line;
    }

    static Object command(String name) {
        return switch (name) {
            case "put" -> new PutCommand();
            case "get" -> new GetCommand();
            case "cat" -> new CatCommand();
            case "ls" -> new LsCommand();
            case "stat" -> new StatCommand();
            case "rm" -> new RmCommand();
            case "mv" -> new MvCommand();
            case "mkdir" -> new MkdirCommand();
            case "sync" -> new SyncCommand();
            case "watch" -> new WatchCommand();
            case "sub" -> new SubCommand();
            case "pub" -> new PubCommand();
            case "history" -> new HistoryCommand();
            case "user" -> new UserCommand();
            case "grant" -> new GrantCommand();
            case "revoke" -> new RevokeCommand();
            case "token" -> new TokenCommand();
            case "whoami" -> new WhoamiCommand();
            case "explain" -> new ExplainCommand();
            case "context" -> new ContextCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }
}
