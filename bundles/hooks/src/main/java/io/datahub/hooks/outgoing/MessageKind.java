package io.datahub.hooks.outgoing;

import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.cloudevent.CloudEvent;
import io.datahub.api.cloudevent.CloudEventMessage;
import io.datahub.api.cloudevent.CloudEventReader;
import io.datahub.api.json.JsonText;
import io.datahub.api.json.Utf8;
import io.datahub.hooks.feed.FeedEvent;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** The form of what a webhook sends. */
enum MessageKind {
    /** A CloudEvent in JSON (CloudEvents HTTP binding 1.0.2, 3.2). */
    STRUCTURED {
        @Override
        Map<String, String> headers(CloudEventMessage event) {
            return Map.of("Content-Type", "application/cloudevents+json; charset=utf-8");
        }

        @Override
        byte[] body(CloudEventMessage event) {
            return event.json();
        }
    },
    /**
     * The attributes of a CloudEvent as headers, its data as the body (3.1). An event whose attributes are too large for
     * headers is sent as {@link #STRUCTURED} instead.
     */
    BINARY {
        @Override
        Map<String, String> headers(CloudEventMessage event) {
            return BinaryCloudEvent.headers(event.event());
        }

        @Override
        byte[] body(CloudEventMessage event) {
            return BinaryCloudEvent.data(event.json(), event.event().text("datacontenttype"));
        }
    },
    /** A line of text for an incoming webhook of Slack. */
    SLACK,
    /** A line of text for an incoming webhook of Mattermost. */
    MATTERMOST,
    /** An adaptive card with a line of text for a workflow of Teams. */
    TEAMS {
        @Override
        byte[] body(CloudEventMessage event) {
            return JsonText.of(json -> {
                json.writeStartObject();
                json.writeStringField("type", "message");
                json.writeArrayFieldStart("attachments");
                json.writeStartObject();
                json.writeStringField("contentType", "application/vnd.microsoft.card.adaptive");
                json.writeObjectFieldStart("content");
                json.writeStringField("$schema", "http://adaptivecards.io/schemas/adaptive-card.json");
                json.writeStringField("type", "AdaptiveCard");
                json.writeStringField("version", "1.4");
                json.writeArrayFieldStart("body");
                json.writeStartObject();
                json.writeStringField("type", "TextBlock");
                json.writeStringField("text", EventLine.of(event));
                json.writeBooleanField("wrap", true);
                json.writeEndObject();
                json.writeEndArray();
                json.writeEndObject();
                json.writeEndObject();
                json.writeEndArray();
                json.writeEndObject();
            });
        }
    };

    private static final int ID_DIGITS = 32;

    /** What the configuration may call it. */
    static final String ALLOWED = "structured (or standard, cloudevents), binary, slack, mattermost or teams";

    Map<String, String> headers(CloudEventMessage event) {
        return Map.of("Content-Type", "application/json");
    }

    byte[] body(CloudEventMessage event) {
        String line =
                EventLine.of(event).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
        return JsonText.of(json -> {
            json.writeStartObject();
            json.writeStringField("text", line);
            json.writeEndObject();
        });
    }

    /** @throws IllegalArgumentException if there is none of this name */
    static MessageKind of(String name) {
        return switch (name.strip().toLowerCase(Locale.ROOT)) {
            case "", "standard", "cloudevents", "structured" -> STRUCTURED;
            case "binary" -> BINARY;
            case "slack" -> SLACK;
            case "mattermost" -> MATTERMOST;
            case "teams" -> TEAMS;
            default -> throw new IllegalArgumentException("kind must be " + ALLOWED);
        };
    }

    /** The message for an event; a payload that isn't a CloudEvent is wrapped in one. */
    Message message(String webhook, FeedEvent event) {
        String id = id(webhook, event);
        Result<CloudEventMessage> sent = CloudEventReader.read(event.payload(), "the payload");
        CloudEventMessage cloudEvent = sent.isRefused() ? wrap(event, id) : sent.get();
        Message message = message(id, event.topic(), cloudEvent);
        return message.headerBytes() > Target.MAX_MESSAGE_HEADER_BYTES
                ? STRUCTURED.message(id, event.topic(), cloudEvent)
                : message;
    }

    private Message message(String id, String topic, CloudEventMessage event) {
        return new Message(id, topic, new TreeMap<>(headers(event)), body(event));
    }

    /**
     * Derived from the position of the event, so that it is the same after a restart. An event that isn't kept is sent by
     * this process or not at all, and may equal others, so that its ID is random.
     */
    private static String id(String webhook, FeedEvent event) {
        String unique = event.cursor()
                .map(cursor -> webhook + "\n" + event.topic() + "\n" + cursor)
                .orElseGet(() -> UUID.randomUUID().toString());
        return "msg_" + Sha256.hex(unique.getBytes(StandardCharsets.UTF_8)).substring(0, ID_DIGITS);
    }

    private static CloudEventMessage wrap(FeedEvent event, String id) {
        Map<String, Object> attributes = new TreeMap<>(Map.of(
                "specversion",
                "1.0",
                "id",
                id,
                "source",
                "/datahub",
                "type",
                CloudEvent.WRAPPED,
                "subject",
                event.topic(),
                "time",
                event.time().toString()));
        boolean isText = Utf8.isValid(event.payload());
        attributes.put("datacontenttype", isText ? "text/plain" : "application/octet-stream");
        if (!event.user().isEmpty()) {
            attributes.put("user", event.user());
        }
        byte[] json = JsonText.of(generator -> {
            generator.writeStartObject();
            for (Map.Entry<String, Object> attribute : attributes.entrySet()) {
                generator.writeStringField(
                        attribute.getKey(), attribute.getValue().toString());
            }
            if (isText) {
                generator.writeFieldName("data");
                generator.writeUTF8String(event.payload(), 0, event.payload().length);
            } else {
                generator.writeBinaryField("data_base64", event.payload());
            }
            generator.writeEndObject();
        });
        return new CloudEventMessage(new CloudEvent(attributes), json);
    }
}
