package io.datahub.api.validation;

import java.util.Collection;
import java.util.Comparator;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;

/**
 * Decides which of several validators with the same name is active: the greatest one that isn't on trial. The bundle
 * with the higher version is greater, then the service with the higher ranking, then the one with the lower ID, which
 * was registered earlier.
 *
 * @param version the version of the validator's bundle
 * @param ranking the service ranking
 * @param serviceId the service ID
 */
public record ValidatorPrecedence(Version version, int ranking, long serviceId)
        implements Comparable<ValidatorPrecedence> {

    private static final Comparator<ValidatorPrecedence> ORDER = Comparator.comparing(ValidatorPrecedence::version)
            .thenComparing(ValidatorPrecedence::ranking)
            .thenComparing(ValidatorPrecedence::serviceId, Comparator.reverseOrder());

    /**
     * The precedence of a registered service.
     *
     * @param service the reference to a service
     * @return its precedence
     */
    public static ValidatorPrecedence of(ServiceReference<?> service) {
        return new ValidatorPrecedence(
                service.getBundle() == null
                        ? Version.emptyVersion
                        : service.getBundle().getVersion(),
                service.getProperty(Constants.SERVICE_RANKING) instanceof Integer ranking ? ranking : 0,
                service.getProperty(Constants.SERVICE_ID) instanceof Long id ? id : 0);
    }

    /**
     * Whether a validator is on trial, so that it isn't active yet.
     *
     * @param id the validator
     * @param trial the names of validators that are on trial, each {@code NAME/VERSION}, or {@code NAME} for all its versions
     * @return whether it is
     */
    public static boolean isOnTrial(ValidatorId id, Collection<String> trial) {
        return trial.contains(id.name()) || trial.contains(id.toString());
    }

    @Override
    public int compareTo(ValidatorPrecedence other) {
        return ORDER.compare(this, other);
    }
}
