package io.datahub.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The arguments of commands as their annotations have them, which a test compares. An option is {@code field=names}, a positional
 * parameter {@code field=min..max}; {@code #} is before a default value. Commands that have commands of their own aren't in it.
 */
final class ArgumentTable {

    private static final String COMMON = "common.context=-c,--context common.json=--json common.retries=--retries#3";
    private static final String TRANSFERS = " transfers.parallel=-P#4 transfers.recursive=-r,--recursive";
    private static final String GRANTS =
            " grants.roles=--role grants.publish=--publish grants.subscribe=--subscribe grants.read=--read grants.create=--create grants.write=--write name=1..1";

    private ArgumentTable() {}

    /** The arguments of a command; empty if it isn't in the table. */
    static List<Argument> of(String command) {
        List<Argument> arguments = new ArrayList<>();
        String text = text(command);
        for (int begin = 0; begin < text.length(); ) {
            int end = text.indexOf(' ', begin);
            arguments.add(argument(text.substring(begin, end < 0 ? text.length() : end)));
            begin = end < 0 ? text.length() : end + 1;
        }
        return arguments;
    }

    private static Argument argument(String word) {
        int equals = word.indexOf('=');
        int dot = word.lastIndexOf('.', equals);
        int hash = word.indexOf('#', equals);
        String mixin = dot < 0 ? "" : word.substring(0, dot);
        String field = word.substring(dot + 1, equals);
        String rest = word.substring(equals + 1, hash < 0 ? word.length() : hash);
        Optional<String> value = hash < 0 ? Optional.empty() : Optional.of(word.substring(hash + 1));
        if (rest.startsWith("-")) {
            return new Argument(mixin, field, List.of(rest.split(",")), value, 0, 0);
        }
        int max = rest.endsWith("*") ? Integer.MAX_VALUE : 1;
        return new Argument(mixin, field, List.of(), value, rest.charAt(0) - '0', max);
    }

    static String text(String command) {
        return switch (command) {
            case "put" -> COMMON + TRANSFERS + " dryRun=--dry-run ifMatch=--if-match isNew=--if-none-match words=2..*";
            case "get" -> COMMON + TRANSFERS + " output=-o,--output path=1..1 file=0..1";
            case "cat", "stat", "mkdir" -> COMMON + " paths=1..*";
            case "ls" -> COMMON + " recursive=-R,-r,--recursive isLong=-l,--long path=0..1#";
            case "rm" ->
                COMMON + " recursive=-r,--recursive force=-f,--force ifMatch=--if-match dryRun=--dry-run paths=1..*";
            case "mv" -> COMMON + " isNew=-n,--no-clobber ifMatch=--if-match from=1..1 to=1..1";
            case "sync" -> COMMON + " threads=-P#32 delete=--delete watch=--watch dryRun=--dry-run from=1..1 to=1..1";
            case "watch" ->
                COMMON
                        + " exec=--exec attempts=--attempts#5 name=--name since=--since restart=--restart once=--once prefixes=0..*";
            case "sub" -> COMMON + " since=--since# count=--count seconds=--wait prefixes=0..*";
            case "pub" -> COMMON + " lines=--lines topic=1..1 payload=0..1";
            case "history" ->
                COMMON + " since=--since#0 limit=-n,--limit text=--text from=--from to=--to prefixes=0..*";
            case "grant", "revoke" -> COMMON + GRANTS;
            case "whoami" -> COMMON;
            case "explain" -> COMMON + " user=1..1 action=1..1 what=1..1";
            default -> "";
        };
    }
}
