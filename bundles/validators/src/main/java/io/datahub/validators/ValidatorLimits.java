package io.datahub.validators;

import io.datahub.api.validation.Verdict;

/** What every configured validator asks of its configuration, and of the size of a record. */
final class ValidatorLimits {

    private ValidatorLimits() {}

    /**
     * The largest record that is judged.
     *
     * @throws IllegalArgumentException if the configuration has no paths, or the limit is none
     */
    static long checked(long maxBytes, String[] paths) {
        if (paths == null || paths.length == 0 || String.join("", paths).isBlank()) {
            throw new IllegalArgumentException(
                    "paths is missing; say which records it judges, such as paths = **/*.xml");
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes is " + maxBytes + "; it must be 1 or more");
        }
        return maxBytes;
    }

    static Verdict tooBig(long size, long maxBytes) {
        return Verdict.refuse("the record has " + size + " bytes; this validator judges at most " + maxBytes
                + ", which its maxBytes can change");
    }
}
