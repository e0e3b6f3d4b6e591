package io.datahub.uploads;

import org.osgi.service.component.annotations.ComponentPropertyType;

/** Where the HTTP server mounts a handler. */
@ComponentPropertyType
@interface HttpMount {

    String PREFIX_ = "datahub.http.";

    /** The path, such as {@code /uploads}. */
    String path();

    /** Whether the handler wants requests without a login too. */
    boolean open() default false;
}
