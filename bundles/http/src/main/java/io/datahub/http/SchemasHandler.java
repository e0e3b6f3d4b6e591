package io.datahub.http;

import io.datahub.api.Reason;
import io.datahub.api.http.HttpMount;
import io.datahub.api.validation.PublishedSchema;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The schemas that the hub validates against, at {@code /schemas/NAME}. No authentication is required, because editors
 * fetch them without credentials.
 */
@Component(service = Handler.class)
@HttpMount(path = SchemasHandler.MOUNT, access = "open")
public final class SchemasHandler extends Handler.Abstract {

    static final String MOUNT = "/schemas";

    private final List<PublishedSchema> schemas = new CopyOnWriteArrayList<>();

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindSchema(PublishedSchema schema) {
        schemas.add(schema);
    }

    void unbindSchema(PublishedSchema schema) {
        schemas.remove(schema);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws IOException {
        Exchange exchange = new Exchange(request, response, callback);
        String path = request.getHttpURI().getPath();
        String name = path.length() > MOUNT.length() ? path.substring(MOUNT.length() + 1) : "";
        Optional<PublishedSchema> schema =
                schemas.stream().filter(each -> each.name().equals(name)).findFirst();
        if (schema.isEmpty()) {
            exchange.refuse(Reason.NOT_FOUND, "there is no schema with this name");
        } else if (!exchange.isRead()) {
            exchange.refuseMethod("GET, HEAD, OPTIONS");
        } else if (Conditions.check(exchange, true)) {
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, schema.get().mediaType());
            try (InputStream bytes = schema.get().open()) {
                exchange.body(200, bytes.readAllBytes());
            }
        }
        return true;
    }
}
