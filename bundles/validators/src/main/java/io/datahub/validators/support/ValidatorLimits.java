package io.datahub.validators.support;

import io.datahub.api.validation.Verdict;

/** Checks that are common to all configured validators: of their configuration, and of the size of a record. */
public final class ValidatorLimits {

    private ValidatorLimits() {}

    /**
     * Returns the maximum size of a record.
     *
     * @throws IllegalArgumentException if the configuration has no paths, or the limit is less than 1
     */
    public static long checkedMaxBytes(long maxBytes, String[] paths) {
        if (paths == null || paths.length == 0 || String.join("", paths).isBlank()) {
            throw new IllegalArgumentException(
                    "paths is missing; set the patterns of the paths that it validates, such as paths = **/*.xml");
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes is " + maxBytes + "; it must be 1 or more");
        }
        return maxBytes;
    }

    public static Verdict tooBig(long size, long maxBytes) {
        return Verdict.refuse("the record has " + size + " bytes; this validator accepts at most " + maxBytes
                + "; maxBytes changes that");
    }
}
