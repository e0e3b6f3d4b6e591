package io.datahub.client;

import java.util.List;

/**
 * A page of the hub's history.
 *
 * @param events file events and events of kept topics, oldest first, each as a JSON object with {@code topic}, {@code
 *     user}, {@code time}, and {@code data}, or {@code base64} where the payload isn't UTF-8; events of kept topics have
 *     their {@code cursor}. None if the history ends here
 * @param next the cursor to continue from
 */
public record HistoryPage(List<String> events, String next) {

    public HistoryPage {
        events = List.copyOf(events);
    }
}
