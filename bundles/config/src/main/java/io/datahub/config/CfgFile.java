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
 * The content of one {@code .cfg} file: UTF-8 with or without a byte order mark, lines that end with LF, CR LF or CR. A
 * file that isn't UTF-8 is read as ISO-8859-1, so that its patterns match what they name, and has a problem.
 *
 * @param name the file's name
 * @param values keys and values, with variables filled in and white space around values removed
 */
record CfgFile(String name, Map<String, String> values, List<ConfigurationProblem> problems) {

    private static final String BOM = "\uFEFF";
    private static final String OPEN = "${";
    private static final int MAX_SUBSTITUTIONS = 100;

    /**
     * Reads a file.
     *
     * @param variables returns the value of {@code NAME} or {@code env:NAME}, or null
     */
    static CfgFile parse(String name, byte[] bytes, UnaryOperator<String> variables) {
        List<ConfigurationProblem> problems = new ArrayList<>();
        Map<String, String> values = new TreeMap<>();
        Properties properties = new Properties() {
            private static final long serialVersionUID = 1L;

            @Override
            public synchronized Object put(Object key, Object value) {
                Object before = super.put(key, value);
                if (before != null) {
                    problems.add(
                            new ConfigurationProblem(name, key.toString(), "stands twice; the last one counts", false));
                }
                return before;
            }
        };
        try {
            properties.load(new StringReader(decode(name, bytes, problems)));
        } catch (IllegalArgumentException | IOException e) {
            problems.add(new ConfigurationProblem(name, "", "can't be read: " + e.getMessage(), true));
        }
        properties.forEach((key, value) ->
                values.put(key.toString(), fill(value.toString(), variables).strip()));
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
        return text.startsWith(BOM) ? text.substring(1) : text;
    }

    private static String fill(String text, UnaryOperator<String> variables) {
        String filled = text;
        for (int i = 0; i < MAX_SUBSTITUTIONS; i++) {
            int end = filled.indexOf('}');
            int start = end < 0 ? -1 : filled.lastIndexOf(OPEN, end);
            if (start < 0) {
                return filled;
            }
            String expression = filled.substring(start + OPEN.length(), end);
            int split = expression.indexOf(":-");
            String value = variables.apply(split < 0 ? expression : expression.substring(0, split));
            String preset = split < 0 ? "" : expression.substring(split + 2);
            filled = filled.substring(0, start)
                    + (value == null || value.isEmpty() ? preset : value)
                    + filled.substring(end + 1);
        }
        return filled;
    }
}
