package io.datahub.http;

import io.datahub.api.validation.PublishedSchema;
import org.osgi.service.component.annotations.Component;

/** The document that says what the hub answers over HTTP (OpenAPI 3.1), at {@code /schemas/openapi.yaml}. */
@Component(name = "io.datahub.http.openapi", service = PublishedSchema.class)
public final class OpenApi extends ApiDocument {

    /** The document. */
    public OpenApi() {
        super("openapi.yaml");
    }
}
