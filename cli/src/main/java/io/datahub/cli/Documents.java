package io.datahub.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Writes manual pages and completions from the commands themselves; run by the build. */
final class Documents {

    private static final List<String> HUB_COMMANDS = List.of(
            "run",
            "start",
            "stop",
            "status",
            "console",
            "check-config",
            "curve-key",
            "backup",
            "restore",
            "cluster-import",
            "cluster-export",
            "help");

    private Documents() {}

    static void write(CommandLine line, Path directory) {
        try {
            Path man = Files.createDirectories(directory.resolve("man/man1"));
            for (CommandLine command : line.getSubcommands().values()) {
                Files.writeString(man.resolve("datahub-" + command.getCommandName() + ".1"), page(command));
            }
            Files.writeString(man.resolve("datahub.1"), overview(line));
            Path completion = Files.createDirectories(directory.resolve("completion"));
            line.getCommandSpec().name("datahub");
            for (String name : HUB_COMMANDS) {
                line.addSubcommand(name, CommandSpec.create());
            }
            // zsh reads the same by its bashcompinit.
            Files.writeString(completion.resolve("datahub.bash"), AutoComplete.bash("datahub", line));
            Files.writeString(completion.resolve("datahub.fish"), fish(line));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The page of the command itself. */
    private static String overview(CommandLine line) {
        CommandSpec spec = line.getCommandSpec();
        StringBuilder page = new StringBuilder(".TH DATAHUB 1 \"\" Datahub\n.SH NAME\ndatahub \\- ");
        page.append(roff(spec.usageMessage().description()[0]));
        page.append("\n.SH SYNOPSIS\n.B datahub\nCOMMAND [OPTION]... [ARGUMENT]...\n.SH COMMANDS\n");
        page.append("Each has a page of its own, such as\n.BR datahub\\-put (1).\n");
        for (CommandLine command : line.getSubcommands().values()) {
            page.append(".TP\n.B ").append(roff(command.getCommandName())).append('\n');
            page.append(roff(command.getCommandSpec().usageMessage().description()[0]))
                    .append('\n');
        }
        page.append(
                ".PP\nThose of a hub, such as run, start and stop, are described by\n.BR \"datahub help\" .\n.SH NOTES\n");
        for (String paragraph : spec.usageMessage().footer()) {
            page.append(paragraph.isEmpty() ? ".PP" : roff(paragraph)).append('\n');
        }
        return page.toString();
    }

    private static String page(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        String title = "datahub-" + spec.name();
        StringBuilder page =
                new StringBuilder(".TH " + roff(title.toUpperCase(java.util.Locale.ROOT)) + " 1 \"\" Datahub\n");
        String[] description = spec.usageMessage().description();
        page.append(".SH NAME\n")
                .append(roff(title))
                .append(" \\- ")
                .append(roff(description[0]))
                .append('\n');
        page.append(".SH SYNOPSIS\n");
        Collection<CommandLine> subcommands = command.getSubcommands().values();
        if (subcommands.isEmpty()) {
            page.append(synopsis(spec));
        }
        subcommands.forEach(sub -> page.append(synopsis(sub.getCommandSpec())).append(".br\n"));
        page.append(".SH DESCRIPTION\n");
        for (String paragraph : description) {
            page.append(roff(paragraph)).append("\n.PP\n");
        }
        if (subcommands.isEmpty()) {
            page.append(arguments(spec));
        }
        for (CommandLine sub : subcommands) {
            page.append(".SH ")
                    .append(roff(sub.getCommandName().toUpperCase(java.util.Locale.ROOT)))
                    .append('\n');
            page.append(roff(
                            String.join(" ", sub.getCommandSpec().usageMessage().description())))
                    .append('\n');
            page.append(arguments(sub.getCommandSpec()));
        }
        page.append(".SH EXIT STATUS\n");
        page.append(
                "0 done, 1 some of it failed, 2 usage, 3 not reachable, 4 refused (401, 403), 5 refused by a validator, ");
        page.append("6 a condition didn't hold, 130 interrupted.\n");
        page.append(".SH ENVIRONMENT\nDATAHUB_URL, DATAHUB_TOKEN, DATAHUB_TOKEN_FILE, DATAHUB_CA_FILE, DATAHUB_HOME\n");
        return page.toString();
    }

    private static String synopsis(CommandSpec spec) {
        String words = spec.positionalParameters().stream()
                .map(PositionalParamSpec::paramLabel)
                .map(Documents::roff)
                .collect(Collectors.joining(" "));
        return ".B " + roff(spec.qualifiedName()) + "\n[OPTION]... " + words + "\n";
    }

    private static String arguments(CommandSpec spec) {
        StringBuilder text = new StringBuilder();
        for (PositionalParamSpec parameter : spec.positionalParameters()) {
            text.append(".TP\n.I ")
                    .append(roff(parameter.paramLabel()))
                    .append('\n')
                    .append(description(parameter));
        }
        for (OptionSpec option : spec.options()) {
            String value = option.typeInfo().isBoolean() ? "" : " " + option.paramLabel();
            text.append(".TP\n.B ")
                    .append(roff(String.join(", ", option.names()) + value))
                    .append('\n')
                    .append(description(option));
        }
        return text.toString();
    }

    private static String description(ArgSpec argument) {
        return roff(text(argument)) + "\n";
    }

    private static String text(ArgSpec argument) {
        return String.join(" ", argument.description())
                .replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValue()));
    }

    private static String roff(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }

    private static String fish(CommandLine line) {
        StringBuilder text = new StringBuilder("complete -c datahub -f\n");
        for (CommandLine command : line.getSubcommands().values()) {
            text.append(fishCommand(command, "__fish_use_subcommand"));
            String seen = "__fish_seen_subcommand_from " + command.getCommandName();
            for (CommandLine sub : command.getSubcommands().values()) {
                text.append(fishCommand(sub, seen + "; and not __fish_seen_subcommand_from " + others(command)));
                text.append(fishOptions(sub, seen + "; and __fish_seen_subcommand_from " + sub.getCommandName()));
            }
            if (List.of("put", "get", "sync").contains(command.getCommandName())) {
                text.append("complete -c datahub -n ").append(quoted(seen)).append(" -F\n");
            }
            if (command.getSubcommands().isEmpty()) {
                text.append(fishOptions(command, seen));
            }
        }
        return text.toString();
    }

    private static String others(CommandLine command) {
        return String.join(" ", command.getSubcommands().keySet());
    }

    private static String fishCommand(CommandLine command, String condition) {
        String[] description = command.getCommandSpec().usageMessage().description();
        return "complete -c datahub -n " + quoted(condition) + " -a " + command.getCommandName()
                + (description.length > 0 ? " -d " + quoted(description[0]) : "") + "\n";
    }

    private static String fishOptions(CommandLine command, String condition) {
        StringBuilder text = new StringBuilder();
        for (OptionSpec option : command.getCommandSpec().options()) {
            text.append("complete -c datahub -n ").append(quoted(condition));
            for (String name : option.names()) {
                text.append(name.startsWith("--") ? " -l " : " -s ").append(name.replaceAll("^-+", ""));
            }
            text.append(option.typeInfo().isBoolean() ? "" : " -r");
            text.append(" -d ").append(quoted(text(option))).append('\n');
        }
        return text.toString();
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
