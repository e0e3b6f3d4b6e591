package io.datahub.api.validation;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Validates records before they are accepted. Registered as a service with the properties of {@link ValidatorService};
 * all validators whose patterns match a path must accept its new version.
 *
 * <p>Called from many threads at once. The calling thread is interrupted when the validator times out; a timeout or an
 * exception refuses the record and is reported as a failure of the validator, never as a verdict.
 */
@ConsumerType
public interface Validator {

    /**
     * Validates the new version of a record.
     *
     * @param candidate the new version
     * @return the verdict
     * @throws Exception if it failed; that is no verdict, and the record is refused
     */
    Verdict validate(Candidate candidate) throws Exception;
}
