package io.datahub.hooks.outgoing;

import io.datahub.api.cloudevent.CloudEventMessage;
import io.datahub.hooks.json.JsonFields;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An event as a line for people. */
final class EventLine {

    private EventLine() {}

    /** What happened to what, how it ended, and where to look. */
    static String of(CloudEventMessage event) {
        JsonFields fields = JsonFields.parse(event.json()).get();
        String type = event.event().text("type");
        String subject = event.event().text("subject");
        String[] words = type.split("\\.", -1);
        boolean isCdEvent = type.startsWith("dev.cdevents.") && words.length > 3;
        return Stream.of(
                        isCdEvent ? words[2] : "",
                        subject == null ? "" : subject,
                        isCdEvent ? words[3] : words[words.length - 1],
                        fields.text("data.subject.content.outcome").toUpperCase(Locale.ROOT),
                        fields.text("data.subject.content.uri", "data.url"))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.joining(" "));
    }
}
