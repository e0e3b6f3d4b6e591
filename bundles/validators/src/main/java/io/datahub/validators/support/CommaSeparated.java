package io.datahub.validators.support;

import java.util.ArrayList;
import java.util.List;

/** Parses configuration values that are separated by commas or given as an array. */
public final class CommaSeparated {

    private CommaSeparated() {}

    /** Returns the values, stripped and without empty ones; an empty list for null. */
    public static List<String> of(String... values) {
        List<String> items = new ArrayList<>();
        for (String value : values == null ? new String[0] : values) {
            for (String item : value.split(",", -1)) {
                if (!item.isBlank()) {
                    items.add(item.strip());
                }
            }
        }
        return List.copyOf(items);
    }
}
