package io.datahub.validators;

import java.util.ArrayList;
import java.util.List;

/** Values in a configuration that are separated by commas, or given as an array. */
final class Items {

    private Items() {}

    /** The values without the blanks around them and without empty ones; none for null. */
    static List<String> of(String... values) {
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
