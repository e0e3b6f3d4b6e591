package io.datahub.cli.context;

import io.datahub.cli.core.Failure;
import io.datahub.cli.http.Origin;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code datahub context}: hubs by name. */
@Command(name = "context", description = "Remember hubs and tokens by name.")
public final class ContextCommand {

    private final ContextStore store = new ContextStore();

    /** {@code datahub context add}. */
    @Command(
            name = "add",
            description = {
                "Add or replace a context. The token is read from standard input, or asked for on a terminal, so that it is in no command line.",
                "The first context that is added is the one in use."
            })
    public int add(
            @Mixin CommonOptions common,
            @Parameters(paramLabel = "NAME", description = "The context's name.") String name,
            @Parameters(paramLabel = "URL", description = "The hub, such as https://hub.example.") String url,
            @Option(
                            names = "--token-file",
                            paramLabel = "FILE",
                            description = "Read the token from this file at each use.")
                    Path tokenFile,
            @Option(names = "--token-command", paramLabel = "COMMAND", description = "Run this to get the token.")
                    String tokenCommand,
            @Option(names = "--no-token", description = "Use the hub without a token.") boolean noToken,
            @Option(
                            names = "--ca",
                            paramLabel = "FILE",
                            description = "A PEM file with the authority that signed the hub's certificate.")
                    Path authorities)
            throws IOException {
        Origin.of(url);
        boolean asks = tokenFile == null && tokenCommand == null && !noToken;
        String token = asks ? readToken() : "";
        Context context = new Context(
                Origin.of(url).toString(),
                token,
                absolute(tokenFile),
                tokenCommand == null ? "" : tokenCommand,
                absolute(authorities));
        if (asks) {
            if (token.isEmpty()) {
                throw new Failure(Failure.USAGE, "there is no token on standard input; --no-token uses none");
            }
            new TokenSource(context).get();
        }
        store.put(name, context);
        if (store.current().isEmpty()) {
            store.use(name);
        }
        return print(common, name, context);
    }

    private static String absolute(Path file) {
        if (file == null) {
            return "";
        }
        if (!Files.isReadable(file)) {
            throw new Failure(Failure.USAGE, file + " can't be read: correct its name, or make it readable");
        }
        return file.toAbsolutePath().toString();
    }

    @SuppressWarnings("SystemConsoleNull") // Java 17 has none if the output is redirected
    private static String readToken() throws IOException {
        // The launcher tells; a terminal for output alone doesn't do.
        if (!Boolean.getBoolean("datahub.input.terminal")) {
            return new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
        Console console = System.console();
        if (console == null) {
            throw new Failure(
                    Failure.USAGE, "the token can't be asked for while output isn't a terminal: redirect input, too");
        }
        char[] typed = console.readPassword("Token: ");
        return typed == null ? "" : new String(typed).strip();
    }

    /** {@code datahub context use}. */
    @Command(name = "use", description = "Use this context where no other is named.")
    public int use(@Mixin CommonOptions common, @Parameters(paramLabel = "NAME") String name) {
        store.use(name);
        return print(common, name, store.get(name));
    }

    /** {@code datahub context rm}. */
    @Command(name = "rm", description = "Forget a context and its token.")
    public int remove(@Mixin CommonOptions common, @Parameters(paramLabel = "NAME") String name) {
        store.remove(name);
        common.output().result(Map.of("context", name), "");
        return 0;
    }

    /** {@code datahub context ls}. */
    @Command(name = "ls", description = "List the contexts; the one in use has an asterisk.")
    public int list(@Mixin CommonOptions common) {
        store.names().forEach(name -> print(common, name, store.get(name)));
        return 0;
    }

    private int print(CommonOptions common, String name, Context context) {
        boolean isCurrent = Optional.of(name).equals(store.current());
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("context", name);
        json.put("url", context.url());
        json.put("credential", context.credential());
        json.put("current", isCurrent);
        common.output()
                .result(json, (isCurrent ? "* " : "  ") + name + "  " + context.url() + "  " + context.credential());
        return 0;
    }
}
