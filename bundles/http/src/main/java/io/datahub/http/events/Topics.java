package io.datahub.http.events;

import io.datahub.api.json.JsonText;
import io.datahub.api.user.GrantedTopics;
import io.datahub.api.user.User;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The topics that a client of an event stream requested.
 *
 * @param prefixes of the topics
 */
record Topics(List<String> prefixes) {

    /** The subset that is currently granted to a user, as a JSON array. */
    String granted(User user) {
        byte[] json = JsonText.of(generator -> {
            generator.writeStartArray();
            for (String prefix : GrantedTopics.of(user, prefixes)) {
                generator.writeString(prefix);
            }
            generator.writeEndArray();
        });
        return new String(json, StandardCharsets.UTF_8);
    }
}
