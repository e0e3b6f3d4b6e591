package io.datahub.http;

import io.datahub.api.validation.PublishedSchema;
import org.osgi.service.component.annotations.Component;

/** The document that says its events and the messages of WebSocket (AsyncAPI 3.0), at {@code /schemas/asyncapi.yaml}. */
@Component(name = "io.datahub.http.asyncapi", service = PublishedSchema.class)
public final class AsyncApi extends ApiDocument {

    /** The document. */
    public AsyncApi() {
        super("asyncapi.yaml");
    }
}
