package io.datahub.api.validation;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ConsumerType;

/** A schema by which the hub judges, as a service: whoever writes such records can check them beforehand. */
@ConsumerType
public interface PublishedSchema {

    /** The name under which it is found, such as {@code broker-users-1.xsd}; one segment of a path. */
    String name();

    /** Its media type, such as {@code application/xml}. */
    String mediaType();

    /** Opens its bytes, which are always the same; whoever opens the stream closes it. */
    InputStream open() throws IOException;
}
