package io.datahub.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

class ArgumentParserTest {

    /** The entry of the table for a command. */
    private static String entry(CommandSpec spec) {
        List<String> arguments = new ArrayList<>();
        spec.options().stream()
                .filter(option -> !option.usageHelp())
                .forEach(option -> arguments.add(place(spec, option) + "=" + String.join(",", option.names())
                        + (option.defaultValue() == null ? "" : "#" + option.defaultValue())));
        for (PositionalParamSpec word : spec.positionalParameters()) {
            boolean isOne = word.arity().isUnspecified() || !word.typeInfo().isMultiValue();
            int min = word.arity().min();
            String max = isOne ? "1" : "*";
            arguments.add(place(spec, word) + "=" + min + ".." + max
                    + (word.defaultValue() == null ? "" : "#" + word.defaultValue()));
        }
        return String.join(" ", arguments);
    }

    private static String place(CommandSpec spec, ArgSpec argument) {
        String field = ((Field) argument.userObject()).getName();
        for (Map.Entry<String, CommandSpec> mixin : spec.mixins().entrySet()) {
            if (mixin.getValue().args().stream()
                    .anyMatch(each -> each.userObject().equals(argument.userObject()))) {
                return mixin.getKey() + "." + field;
            }
        }
        return field;
    }

    @Test
    void shouldHaveTheArgumentsOfTheAnnotations() {
        StringBuilder expected = new StringBuilder();
        StringBuilder table = new StringBuilder();
        for (String name : Commands.NAMES) {
            CommandLine line = Commands.lineFor(name).getSubcommands().get(name);
            if (line.getCommand() instanceof Callable<?>) {
                expected.append(name)
                        .append(' ')
                        .append(entry(line.getCommandSpec()))
                        .append('\n');
                table.append(name).append(' ').append(ArgumentTable.text(name)).append('\n');
            }
        }
        assertThat(table).hasToString(expected.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "whoami",
                "whoami --json --context office --retries 7",
                "get a/b - --retries=2 -P 3 -r",
                "get a -o b",
                "put one two dir/ --if-none-match --if-match x",
                "ls",
                "ls -l a",
                "watch a b --exec=c --attempts 2",
                "sync hub:a b --delete -P 2",
                "grant agent --read a/ --read b/ --role x",
                "pub a.b payload",
                "mv a b -n",
                "rm -f -r a b",
                "sub --count 5 --wait 2 a b --since c",
                "history -n 3 a",
                "revoke agent --write a",
                "explain agent read a",
                "cat a b",
                "grant agent",
                "revoke agent",
                "pub a.b @pom.xml",
                "stat a",
                "mkdir a"
            })
    void shouldSetWhatPicocliSets(String text) throws IllegalAccessException {
        String[] line = text.split(" ");
        CommandLine picocli = Commands.lineFor(line[0]);
        picocli.parseArgs(line);
        Object expected = picocli.getSubcommands().get(line[0]).getCommand();

        Object command = ArgumentParser.parse(line).orElseThrow();

        assertThat(values(command)).isEqualTo(values(expected));
    }

    @Test
    void shouldReadAsManyArgumentsAsACommandLineHas() throws IllegalAccessException {
        String[] line = new String[200_000];
        Arrays.setAll(line, i -> i == 0 ? "put" : "f" + i);

        Object command = ArgumentParser.parse(line).orElseThrow();

        assertThat(values(command)).contains("words " + Arrays.asList(line).subList(1, line.length));
    }

    @Test
    void shouldKnowTheTypesOfAllFields() throws ReflectiveOperationException {
        for (String name : Commands.NAMES) {
            for (Argument argument : ArgumentTable.of(name)) {
                Class<?> owner = Commands.command(name).getClass();
                if (!argument.mixin().isEmpty()) {
                    owner = owner.getDeclaredField(argument.mixin()).getType();
                }
                assertThat(owner.getDeclaredField(argument.field()).getType())
                        .isIn(boolean.class, int.class, Integer.class, String.class, List.class);
            }
        }
    }

    private static List<String> values(Object object) throws IllegalAccessException {
        List<String> values = new ArrayList<>();
        for (Field field : object.getClass().getDeclaredFields()) {
            field.setAccessible(true);
            Object value = field.get(object);
            boolean isMixin = field.isAnnotationPresent(CommandLine.Mixin.class);
            boolean isArgument = field.isAnnotationPresent(CommandLine.Option.class)
                    || field.isAnnotationPresent(CommandLine.Parameters.class);
            if (isMixin) {
                values.addAll(values(value));
            } else if (isArgument) {
                values.add(field.getName() + " " + value);
            }
        }
        return values;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "whoami --help",
                "whoami word",
                "whoami --unknown",
                "whoami --retries many",
                "whoami --context",
                "whoami --context --json",
                "whoami --context=",
                "whoami --json=true",
                "whoami --retries 1 --retries 2",
                "rm",
                "rm -rf a",
                "rm -- -a",
                "get -P8 a",
                "mv a",
                "user ls",
                "unknown"
            })
    void shouldLeaveTheRestToPicocli(String text) {
        assertThat(ArgumentParser.parse(text.split(" "))).isEmpty();
    }
}
