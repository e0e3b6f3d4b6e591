package io.datahub.api.validation;

/**
 * A validator that took part in a validation.
 *
 * @param name its name
 * @param version the version of the bundle that provides it
 */
public record ValidatorId(String name, String version) {}
