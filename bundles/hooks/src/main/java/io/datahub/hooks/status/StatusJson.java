package io.datahub.hooks.status;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.hook.RecentDelivery;
import io.datahub.api.json.JsonContent;
import io.datahub.api.json.JsonText;
import io.datahub.jetty.web.Exchange;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** The status as JSON. */
final class StatusJson {

    private StatusJson() {}

    /** Responds with JSON that nobody caches. */
    static void send(Exchange exchange, JsonContent content) {
        exchange.response().getHeaders().put(Exchange.NOT_STORED);
        exchange.json(200, JsonText.of(content));
    }

    /** Writes the field {@code hub}, which is missing if the hub is alone. */
    static void write(JsonGenerator json, Optional<String> hub) throws IOException {
        if (hub.isPresent()) {
            json.writeStringField("hub", hub.get());
        }
    }

    /** Writes the field {@code recent}. */
    static void write(JsonGenerator json, List<RecentDelivery> deliveries) throws IOException {
        json.writeArrayFieldStart("recent");
        for (RecentDelivery delivery : deliveries) {
            json.writeStartObject();
            json.writeStringField("time", delivery.time().toString());
            json.writeStringField("id", delivery.id());
            json.writeFieldName("topics");
            json.writeArray(
                    delivery.topics().toArray(new String[0]),
                    0,
                    delivery.topics().size());
            json.writeStringField("result", delivery.result());
            json.writeStringField("detail", delivery.detail());
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
