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
import java.util.function.UnaryOperator;

/**
 * The content of a {@code .cfg} file: UTF-8 with or without a byte order mark, lines terminated by LF, CR LF or CR. A
 * file that isn't valid UTF-8 is decoded as ISO-8859-1, so that its patterns still match the intended paths, and has a
 * fatal problem.
 *
 * @param name the file name
 * @param values keys and values, with variables substituted and leading and trailing white space removed
 * @param problems the problems found while parsing
 */
record CfgFile(String name, Map<String, String> values, List<ConfigurationProblem> problems) {

    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final String PLACEHOLDER_START = "${";
    private static final int MAX_SUBSTITUTIONS = 100;

    /**
     * Parses a file.
     *
     * @param variables returns the value of {@code NAME} or {@code env:NAME}, or null if it isn't set
     */
    static CfgFile parse(String name, byte[] bytes, UnaryOperator<String> variables) {
        List<ConfigurationProblem> problems = new ArrayList<>();
        Map<String, String> values = new TreeMap<>();
        Properties properties = new Properties() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Object put(Object key, Object value) {
                Object previous = super.put(key, value);
                if (previous != null) {
                    problems.add(
                            new ConfigurationProblem(name, key.toString(), "stands twice; the last one counts", false));
                }
                return previous;
            }
        };
        try {
            properties.load(new StringReader(decode(name, bytes, problems)));
        } catch (IllegalArgumentException | IOException e) {
            problems.add(new ConfigurationProblem(name, "", "can't be read: " + e.getMessage(), true));
        }
        properties.forEach((key, value) -> values.put(
                key.toString(), substitute(value.toString(), variables).strip()));
        return new CfgFile(name, values, problems);
    }

    private static String decode(String name, byte[] bytes, List<ConfigurationProblem> problems) {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            problems.add(new ConfigurationProblem(name, "", "isn't UTF-8; save it as UTF-8", true));
            text = new String(bytes, StandardCharsets.ISO_8859_1);
        }
        return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
    }

    private static String substitute(String text, UnaryOperator<String> variables) {
        String result = text;
        for (int i = 0; i < MAX_SUBSTITUTIONS; i++) {
            int end = result.indexOf('}');
            int start = end < 0 ? -1 : result.lastIndexOf(PLACEHOLDER_START, end);
            if (start < 0) {
                return result;
            }
            String expression = result.substring(start + PLACEHOLDER_START.length(), end);
            int split = expression.indexOf(":-");
            String value = variables.apply(split < 0 ? expression : expression.substring(0, split));
            String defaultValue = split < 0 ? "" : expression.substring(split + 2);
            result = result.substring(0, start)
                    + (value == null || value.isEmpty() ? defaultValue : value)
                    + result.substring(end + 1);
        }
        return result;
    }
}
