package io.datahub.cli;

import java.util.List;
import java.util.Optional;

/**
 * An option or a positional parameter.
 *
 * @param mixin the command's field with the object that has the argument's field, or empty if that is the command
 * @param field where its value goes
 * @param names of an option; of a positional parameter empty
 * @param defaultValue what it is if it isn't given
 * @param min how many words a positional parameter takes at least
 * @param max and at most
 */
record Argument(String mixin, String field, List<String> names, Optional<String> defaultValue, int min, int max) {}
