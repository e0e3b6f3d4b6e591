package io.datahub.api.validation;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A schema that the hub validates against, registered as a service: clients can validate records with it before
 * uploading them.
 */
@ConsumerType
public interface PublishedSchema {

    /**
     * The name under which it is served, such as {@code broker-users-1.xsd}; one segment of a path.
     *
     * @return the name
     */
    String name();

    /**
     * Its media type, such as {@code application/xml}.
     *
     * @return the media type
     */
    String mediaType();

    /**
     * Opens its bytes, which never change; the caller must close the stream.
     *
     * @return the bytes
     * @throws IOException if they cannot be read
     */
    InputStream open() throws IOException;
}
