package io.datahub.jetty.web;

import org.osgi.service.component.annotations.ComponentPropertyType;

/** The path at which the HTTP server mounts a handler. */
@ComponentPropertyType
public @interface HttpMount {

    String PREFIX_ = "datahub.http.";

    /** The path, such as {@code /files}. */
    String path();

    /** Whether the handler accepts unauthenticated requests too. */
    boolean open() default false;
}
