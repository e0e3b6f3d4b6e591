package io.datahub.api.validation;

import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * The service properties of a {@link Validator}, set by annotating the component. A configuration of the component may
 * set them too, under the same keys.
 */
@ComponentPropertyType
public @interface ValidatorService {

    /** Service property: the validator's name. */
    String NAME = "name";

    /** Service property: the patterns of the paths that it validates. */
    String PATHS = "paths";

    /** Service property: the time limit of one validation, in milliseconds. */
    String TIMEOUT_MILLIS = "timeoutMillis";

    /**
     * The validator's name. Of several services with the same name, the one from the bundle with the highest version is
     * used.
     *
     * @return the name
     */
    String name();

    /**
     * The paths that it validates, each a {@link PathPattern}.
     *
     * @return the patterns
     */
    String[] paths();

    /**
     * The time limit of one validation, in milliseconds.
     *
     * @return the time limit
     */
    long timeoutMillis() default 10_000;
}
