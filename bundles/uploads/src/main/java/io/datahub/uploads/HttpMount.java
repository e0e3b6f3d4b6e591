package io.datahub.uploads;

import org.osgi.service.component.annotations.ComponentPropertyType;

/** The path at which the HTTP server mounts a handler. */
@ComponentPropertyType
@interface HttpMount {

    String PREFIX_ = "datahub.http.";

    /** The path, such as {@code /uploads}. */
    String path();

    /** Whether the handler accepts unauthenticated requests too. */
    boolean open() default false;
}
