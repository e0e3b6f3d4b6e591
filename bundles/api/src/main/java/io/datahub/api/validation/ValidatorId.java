package io.datahub.api.validation;

/**
 * A version of a validator.
 *
 * @param name its name
 * @param version the version of the bundle that provides it
 */
public record ValidatorId(String name, String version) {

    /** {@code NAME/VERSION}. */
    @Override
    public String toString() {
        return name + "/" + version;
    }
}
