package io.datahub.api.validation;

import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/** Lists the validators of the hub. Thread-safe. */
@ProviderType
public interface ValidatorDirectory {

    /**
     * The validators that are registered, configured or required: by name, and for each name by descending precedence.
     *
     * @return the validators
     */
    List<ValidatorStatus> validators();
}
