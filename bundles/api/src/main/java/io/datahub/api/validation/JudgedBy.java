package io.datahub.api.validation;

/**
 * A validator that took part in a judgement.
 *
 * @param name its name
 * @param version the version of the bundle that it came from
 */
public record JudgedBy(String name, String version) {}
