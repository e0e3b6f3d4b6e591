package io.datahub.http;

import io.datahub.api.validation.PublishedSchema;
import java.io.InputStream;

/** A description of the hub for programs and their authors, written by hand. */
abstract class ApiDocument implements PublishedSchema {

    private final String name;

    ApiDocument(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String mediaType() {
        return "application/yaml";
    }

    @Override
    public InputStream open() {
        return ApiDocument.class.getResourceAsStream(name);
    }
}
