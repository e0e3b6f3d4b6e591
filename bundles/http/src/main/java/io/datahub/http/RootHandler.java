package io.datahub.http;

import io.datahub.api.http.HttpMount;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.service.component.annotations.Component;

/** Serves an overview of the endpoints at {@code /}. */
@Component(service = Handler.class)
@HttpMount(path = "/", access = "open")
public final class RootHandler extends Handler.Abstract {

    private static final byte[] TEXT = """
            This is a Datahub, a broker of events and files.

              /files/         the records
              /events         the events: a stream, a WebSocket; POST /events/TOPIC publishes
              /changes        the journal of changes
              /whoami         who you are and what you may do
              /tokens         your tokens: POST makes one, DELETE /tokens/ID revokes it
              /users          users and grants, for administrators
              /schemas/broker-users-1.xsd   the schema of the users file
              /schemas/openapi.yaml, /schemas/asyncapi.yaml   all of this in detail; /ui/api.html shows it
              /status         what goes on, for monitors
              /health/ready   whether the hub does its job
            """.getBytes(StandardCharsets.UTF_8);

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (!request.getHttpURI().getPath().equals("/")) {
            return false;
        }
        Exchange exchange = new Exchange(request, response, callback);
        if (!exchange.isRead()) {
            exchange.refuseMethod("GET, HEAD, OPTIONS");
        } else if (Conditions.check(exchange, true)) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, "text/plain;charset=utf-8");
            exchange.body(200, TEXT);
        }
        return true;
    }
}
