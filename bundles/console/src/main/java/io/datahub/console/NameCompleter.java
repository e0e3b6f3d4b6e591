package io.datahub.console;

import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Session;
import org.osgi.framework.BundleContext;

/** Completes names that begin with what was typed. */
abstract class NameCompleter implements Completer {

    private static final int NO_MATCH = -1;

    @Reference
    BundleContext context;

    /** Returns candidate names; the caller selects those that begin with what was typed. */
    abstract Stream<String> names(String typed);

    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        String argument = line.getCursorArgument() == null ? "" : line.getCursorArgument();
        String typed = argument.substring(0, line.getArgumentPosition());
        names(typed)
                .filter(name -> name.startsWith(typed) && name.chars().noneMatch(NameCompleter::needsQuotes))
                .sorted()
                .map(name -> name.endsWith("/") ? name : name + " ")
                .forEach(candidates::add);
        return candidates.isEmpty() ? NO_MATCH : line.getBufferPosition() - line.getArgumentPosition();
    }

    private static boolean needsQuotes(int c) {
        return Character.isWhitespace(c) || "\"'\\`$;|&<>(){}[]#".indexOf(c) >= 0;
    }
}
