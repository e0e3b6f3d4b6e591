package org.example.validator;

import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorService;
import io.datahub.api.validation.Verdict;
import io.datahub.api.validation.Violation;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Component;

/** The rule: "in a properties file each key occurs once". Java itself would silently take the last one. */
@Component
@ValidatorService(name = "unique-keys", paths = "**/*.properties")
public final class UniqueKeys implements Validator {

    private static final int MOST = 20;

    @Override
    public Verdict validate(Candidate candidate) throws IOException {
        Map<String, Integer> lines = new HashMap<>();
        List<Violation> violations = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(candidate.open(), StandardCharsets.ISO_8859_1))) {
            int line = 0;
            boolean continued = false;
            for (String text = reader.readLine(); text != null && violations.size() < MOST; text = reader.readLine()) {
                line++;
                boolean begins = !continued && !text.isBlank() && !text.strip().matches("[#!].*");
                if (begins) {
                    String key = key(text.stripLeading());
                    Integer first = lines.putIfAbsent(key, line);
                    if (first != null) {
                        violations.add(Violation.at(line, 1, "the key " + key + " is in line " + first + " already"));
                    }
                }
                continued = (begins || continued) && endsWithOddBackslashes(text);
            }
        }
        return new Verdict(violations);
    }

    private static String key(String text) {
        int end = 0;
        while (end < text.length() && "=: \t\f".indexOf(text.charAt(end)) < 0) {
            end += text.charAt(end) == '\\' ? 2 : 1;
        }
        return text.substring(0, Math.min(end, text.length()));
    }

    private static boolean endsWithOddBackslashes(String text) {
        int backslashes = 0;
        while (backslashes < text.length() && text.charAt(text.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }
}
