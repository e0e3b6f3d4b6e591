package io.datahub.config;

import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.apache.felix.utils.properties.InterpolationHelper;

/**
 * The content of a {@code .cfg} file: UTF-8 with or without a byte order mark, lines terminated by LF, CR LF or CR. A
 * file that isn't valid UTF-8 is decoded as ISO-8859-1, so that its patterns still match the intended paths, and has a
 * fatal problem.
 *
 * @param name the file name
 * @param values keys and values, with variables replaced, leading and trailing white space removed, and former keys
 *     renamed
 * @param problems the problems found while parsing
 */
public record CfgFile(String name, Map<String, String> values, List<FileProblem> problems) {

    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final String PLACEHOLDER_START = "${";
    private static final String ENVIRONMENT = "env:";
    private static final int MAX_VARIABLES = 100;

    /** Identifies the value to Felix, which uses it to detect cycles among values; no variable has this name. */
    private static final String NO_KEY = "}";

    /**
     * Returns the variables that a file may use: {@code env:NAME} is an environment variable, any other name a property
     * of the framework or of the system.
     */
    public static UnaryOperator<String> variables(Map<String, String> environment, UnaryOperator<String> properties) {
        return name -> name.startsWith(ENVIRONMENT)
                ? environment.get(name.substring(ENVIRONMENT.length()))
                : properties.apply(name);
    }

    /**
     * Parses a file.
     *
     * @param variables returns the value of a variable, or null if it isn't set
     */
    public static CfgFile parse(String name, byte[] bytes, UnaryOperator<String> variables) {
        List<FileProblem> problems = new ArrayList<>();
        Map<String, String> values = new TreeMap<>();
        Properties properties = new Properties() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Object put(Object key, Object value) {
                Object previous = super.put(key, value);
                if (previous != null) {
                    problems.add(new FileProblem(
                            name, key.toString(), "is defined twice; the last definition is used", false));
                }
                return previous;
            }
        };
        try {
            properties.load(new StringReader(decode(name, bytes, problems)));
        } catch (IllegalArgumentException | IOException e) {
            problems.add(new FileProblem(name, "", "can't be read: " + e.getMessage(), true));
        }
        properties.forEach((key, value) -> {
            try {
                values.put(
                        key.toString(), interpolate(value.toString(), variables).strip());
            } catch (IllegalArgumentException e) {
                problems.add(new FileProblem(
                        name, key.toString(), "\"" + value + "\" can't be resolved: " + e.getMessage(), true));
            }
        });
        FormerKeys.rename(name, values, problems);
        return new CfgFile(name, values, problems);
    }

    private static String decode(String name, byte[] bytes, List<FileProblem> problems) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            problems.add(new FileProblem(name, "", "isn't UTF-8; save it as UTF-8", true));
            text = new String(bytes, StandardCharsets.ISO_8859_1);
        }
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    /**
     * Replaces {@code ${NAME}}, {@code ${NAME:-default}} and {@code ${NAME:+alternative}}, which may be nested. A value
     * without variables is returned as it is: Felix would remove its backslashes.
     */
    private static String interpolate(String text, UnaryOperator<String> variables) {
        if (!text.contains(PLACEHOLDER_START)) {
            return text;
        }
        AtomicInteger count = new AtomicInteger();
        return InterpolationHelper.substVars(
                text,
                NO_KEY,
                null,
                null,
                variable -> {
                    if (count.incrementAndGet() > MAX_VARIABLES) {
                        throw new IllegalArgumentException("the variables refer to each other");
                    }
                    return variables.apply(variable);
                },
                false,
                false,
                true);
    }
}
