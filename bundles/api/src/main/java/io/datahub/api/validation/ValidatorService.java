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

    /** Service property: the patterns of the paths that it judges. */
    String PATHS = "paths";

    /** Service property: how long one judgement may take, in milliseconds. */
    String TIMEOUT_MILLIS = "timeoutMillis";

    /** The validator's name. Of several services with one name the one in the highest bundle version judges. */
    String name();

    /** The paths that it judges, each as a {@link PathPattern}. */
    String[] paths();

    /** How long one judgement may take, in milliseconds. */
    long timeoutMillis() default 10_000;
}
