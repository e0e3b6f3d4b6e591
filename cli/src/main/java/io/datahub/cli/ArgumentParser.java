package io.datahub.cli;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * Sets the fields of a command from plain command lines, by a table instead of the annotations, which cost more to read than all
 * the rest of a short command. What isn't plain (help, clusters of options, anything that is wrong) is left to picocli.
 */
final class ArgumentParser {

    private final Object command;
    private final List<Argument> arguments;
    private final Set<String> set = new HashSet<>();
    private final List<String> words = new ArrayList<>();
    private final Map<String, List<String>> lists = new HashMap<>();

    private ArgumentParser(Object command, List<Argument> arguments) {
        this.command = command;
        this.arguments = arguments;
    }

    /** The command of a command line, ready to be called; empty if picocli has to read it. */
    static Optional<Callable<?>> parse(String... line) {
        List<Argument> arguments = ArgumentTable.of(line[0]);
        if (arguments.isEmpty() || !(Commands.command(line[0]) instanceof Callable<?> command)) {
            return Optional.empty();
        }
        try {
            return new ArgumentParser(command, arguments).read(line) ? Optional.of(command) : Optional.empty();
        } catch (NumberFormatException e) {
            return Optional.empty();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private boolean read(String... line) throws ReflectiveOperationException {
        for (Argument argument : arguments) {
            owner(argument); // also of options that aren't given
            if (argument.defaultValue().isPresent()) {
                put(argument, argument.defaultValue().get());
            }
        }
        for (int i = 1; i < line.length; i++) {
            String word = line[i];
            if (!word.startsWith("-") || word.equals("-")) {
                words.add(word);
                continue;
            }
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            Argument option = option(equals < 0 ? word : word.substring(0, equals));
            if (option == null) {
                return false;
            }
            Class<?> type = field(option).getType();
            boolean isRepeated = !set.add(option.field()) && type != List.class;
            if (isRepeated || (type == boolean.class && equals >= 0)) {
                return false;
            }
            if (type == boolean.class) {
                put(option, "true");
                continue;
            }
            String value = equals >= 0 ? word.substring(equals + 1) : ++i < line.length ? line[i] : "-";
            if (value.startsWith("-") || (equals >= 0 && value.isEmpty())) {
                return false;
            }
            put(option, value);
        }
        return putWords();
    }

    private Argument option(String name) {
        for (Argument argument : arguments) {
            if (argument.names().contains(name)) {
                return argument;
            }
        }
        return null;
    }

    private boolean putWords() throws ReflectiveOperationException {
        int used = 0;
        for (Argument argument : arguments) {
            if (argument.names().isEmpty()) {
                int left = words.size() - used;
                if (left < argument.min()) {
                    return false;
                }
                for (int count = Math.min(left, argument.max()); count > 0; count--) {
                    put(argument, words.get(used++));
                }
            }
        }
        return used == words.size();
    }

    private void put(Argument argument, String value) throws ReflectiveOperationException {
        Object owner = owner(argument);
        Field field = field(argument);
        if (field.getType() == boolean.class) {
            field.setBoolean(owner, true);
        } else if (field.getType() == int.class || field.getType() == Integer.class) {
            field.set(owner, Integer.valueOf(value));
        } else if (field.getType() == String.class) {
            field.set(owner, value);
        } else {
            List<String> values = lists.get(argument.field());
            if (values == null) {
                values = new ArrayList<>();
                lists.put(argument.field(), values);
                field.set(owner, values);
            }
            values.add(value);
        }
    }

    private Object owner(Argument argument) throws ReflectiveOperationException {
        if (argument.mixin().isEmpty()) {
            return command;
        }
        Field field = accessible(command.getClass().getDeclaredField(argument.mixin()));
        Object mixin = field.get(command);
        if (mixin == null) {
            Constructor<?> constructor = field.getType().getDeclaredConstructor();
            constructor.setAccessible(true);
            mixin = constructor.newInstance();
            field.set(command, mixin);
        }
        return mixin;
    }

    private Field field(Argument argument) throws ReflectiveOperationException {
        return accessible(owner(argument).getClass().getDeclaredField(argument.field()));
    }

    private static Field accessible(Field field) {
        field.setAccessible(true);
        return field;
    }
}
