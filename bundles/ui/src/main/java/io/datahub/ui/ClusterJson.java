package io.datahub.ui;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.cluster.ClusterStatus;
import io.datahub.api.cluster.ClusterStatus.Member;
import io.datahub.api.health.Health;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/** Writes the cluster as this hub sees it. */
final class ClusterJson {

    private ClusterJson() {}

    /** @param hub the name of this hub */
    static void write(JsonGenerator json, String hub, ClusterStatus status) throws IOException {
        json.writeStartObject();
        json.writeStringField("id", status.cluster());
        json.writeStringField("hub", hub);
        json.writeBooleanField("serves", status.outage().isEmpty());
        if (status.outage().isPresent()) {
            json.writeStringField("reason", status.outage().get());
        }
        if (status.viewAge().isPresent()) {
            json.writeNumberField("viewAgeMillis", status.viewAge().get().toMillis());
        }
        json.writeArrayFieldStart("hubs");
        for (Member member : status.hubs()) {
            json.writeStartObject();
            json.writeStringField("name", member.name());
            json.writeStringField("address", member.address());
            json.writeBooleanField("alive", member.isAlive());
            json.writeNumberField("seenMillisAgo", member.silence().toMillis());
            json.writeNumberField("sequence", member.sequence());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("engines");
        for (Map.Entry<String, Health> engine : new TreeMap<>(status.engines()).entrySet()) {
            json.writeStartObject();
            json.writeStringField("name", engine.getKey());
            json.writeBooleanField("ready", engine.getValue().ready());
            if (engine.getValue().degraded()) {
                json.writeBooleanField("degraded", true);
            }
            json.writeStringField("detail", engine.getValue().detail());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }
}
