package io.datahub.store.write;

import io.datahub.api.validation.ValidatorId;
import io.datahub.store.core.PathState;
import java.util.List;
import java.util.Optional;

/**
 * The result of a successful validation.
 *
 * @param validators the validators that accepted the file
 * @param comparedWith the state of the version that validators compared the file with, if they did
 */
record ValidatedDraft(List<ValidatorId> validators, Optional<PathState> comparedWith) {}
