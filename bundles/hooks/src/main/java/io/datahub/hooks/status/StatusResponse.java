package io.datahub.hooks.status;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.hook.RecentDelivery;
import io.datahub.api.json.JsonContent;
import io.datahub.api.json.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** The answer to a request for the status. */
record StatusResponse(Request request, Response response, Callback callback) {

    void json(JsonContent content) {
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.write(true, ByteBuffer.wrap(JsonText.of(content)), callback);
    }

    void count(String field, int count) {
        json(json -> {
            json.writeStartObject();
            json.writeNumberField(field, count);
            json.writeEndObject();
        });
    }

    void refuse(Refusal refusal) {
        request.setAttribute(Refusal.class.getName(), refusal);
        Response.writeError(request, response, callback, refusal.reason().status(), refusal.detail());
    }

    void refuseMethod(String allowed) {
        response.getHeaders().put(HttpHeader.ALLOW, allowed);
        refuse(new Refusal(Reason.METHOD_NOT_ALLOWED, "only " + allowed + " here"));
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
