package io.datahub.records.draft;

import io.datahub.api.validation.ValidatorId;
import java.util.List;
import java.util.Optional;

/**
 * The result of a successful validation.
 *
 * @param validators the validators that accepted the file
 * @param comparedWith the state of the record that validators compared the file with, if they did; the store that made
 *     it compares it with the present one by {@code equals}
 */
public record ValidatedDraft(List<ValidatorId> validators, Optional<?> comparedWith) {}
