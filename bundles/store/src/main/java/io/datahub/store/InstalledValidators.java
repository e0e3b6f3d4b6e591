package io.datahub.store;

import io.datahub.api.config.ConfigurationProblem;
import io.datahub.api.config.ConfigurationProblem.InEffect;
import io.datahub.api.config.ConfigurationProblems;
import io.datahub.api.validation.EventValidator;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorDirectory;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.ValidatorPrecedence;
import io.datahub.api.validation.ValidatorProperties;
import io.datahub.api.validation.ValidatorService;
import io.datahub.api.validation.ValidatorStatus;
import io.datahub.api.validation.ValidatorStatus.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.runtime.ServiceComponentRuntime;

/** Lists the validators that are services, and those that are configured or required but not registered. */
@Component
public final class InstalledValidators implements ValidatorDirectory {

    private static final String STORE = "(service.pid=io.datahub.store)";
    private static final String CONFIGURED = "(service.factoryPid=" + ValidatorProperties.PID_PREFIX + "*)";

    private final BundleContext context;
    private final ConfigurationAdmin configurations;
    private final ActivationFailures failures;

    @Reference(cardinality = ReferenceCardinality.OPTIONAL, policy = ReferencePolicy.DYNAMIC)
    private volatile ConfigurationProblems configurationProblems;

    @Activate
    public InstalledValidators(
            BundleContext context,
            @Reference ConfigurationAdmin configurations,
            @Reference ServiceComponentRuntime components) {
        this.context = context;
        this.configurations = configurations;
        this.failures = new ActivationFailures(components);
    }

    @Override
    public List<ValidatorStatus> validators() {
        ConfigurationProblems service = configurationProblems;
        List<ConfigurationProblem> problems = service == null ? List.of() : service.problems();
        List<ValidatorStatus> all = new ArrayList<>();
        for (ValidatorStatus validator : ranked(services(), trial())) {
            String pid = String.valueOf(validator.service().orElseThrow().getProperty(Constants.SERVICE_PID));
            String reason = text(problems, pid, InstalledValidators::hasNoEffect)
                    .or(() -> failures.of(pid))
                    .orElse("");
            all.add(reason.isEmpty() ? validator : unavailable(validator, reason));
        }
        Set<String> registered = new HashSet<>();
        all.forEach(validator -> registered.add(validator.id().name()));
        all.addAll(missing(registered, problems));
        all.sort(Comparator.comparing(validator -> validator.id().name())); // keeps the order of equal names
        return List.copyOf(all);
    }

    /**
     * Orders validators by name and precedence, and determines which one of each name is active.
     *
     * @param trial as in {@link ValidatorPrecedence#isOnTrial}
     */
    static List<ValidatorStatus> ranked(Collection<ServiceReference<Validator>> services, Set<String> trial) {
        List<ServiceReference<Validator>> ordered = new ArrayList<>(services);
        ordered.sort(Comparator.<ServiceReference<Validator>, String>comparing(ValidatorProperties::name)
                .thenComparing(ValidatorPrecedence::of, Comparator.reverseOrder()));
        List<ValidatorStatus> ranked = new ArrayList<>();
        Set<String> active = new HashSet<>();
        for (ServiceReference<Validator> service : ordered) {
            ValidatorId id = new ValidatorId(
                    ValidatorProperties.name(service),
                    ValidatorPrecedence.of(service).version().toString());
            State state = ValidatorPrecedence.isOnTrial(id, trial)
                    ? State.TRIAL
                    : active.add(id.name()) ? State.ACTIVE : State.SHADOWED;
            ranked.add(new ValidatorStatus(
                    id,
                    state,
                    ValidatorProperties.list(service.getProperty(ValidatorService.PATHS)),
                    ValidatorProperties.list(service.getProperty(EventValidator.TOPICS)),
                    service.getBundle() == null ? "" : service.getBundle().getSymbolicName(),
                    "",
                    Optional.of(service)));
        }
        return ranked;
    }

    private static ValidatorStatus unavailable(ValidatorStatus validator, String reason) {
        return new ValidatorStatus(
                validator.id(),
                State.UNAVAILABLE,
                validator.paths(),
                validator.topics(),
                validator.bundle(),
                reason,
                validator.service());
    }

    private Collection<ServiceReference<Validator>> services() {
        try {
            return context.getServiceReferences(Validator.class, null);
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e); // there is no filter
        }
    }

    private Set<String> trial() {
        Set<String> trial = new HashSet<>();
        for (Configuration store : configurations(STORE)) {
            trial.addAll(ValidatorProperties.list(store.getProperties().get("trialValidators")));
        }
        return trial;
    }

    /** The validators that are required or configured, without those that are registered. */
    private Collection<ValidatorStatus> missing(Set<String> registered, List<ConfigurationProblem> problems) {
        Map<String, ValidatorStatus> missing = new TreeMap<>();
        for (Configuration store : configurations(STORE)) {
            for (String item : ValidatorProperties.list(store.getProperties().get("require"))) {
                int colon = item.indexOf(':');
                if (colon > 0) {
                    String name = item.substring(0, colon).strip();
                    List<String> paths = List.of(item.substring(colon + 1).strip());
                    missing.put(name, unregistered(name, paths, List.of(), "no bundle provides it; install one"));
                }
            }
        }
        for (ConfigurationProblem problem : problems) {
            String pid = problem.pid();
            if (pid.startsWith(ValidatorProperties.PID_PREFIX) && hasNoEffect(problem)) {
                String name = ValidatorProperties.name(null, pid);
                String reason =
                        text(problems, pid, InstalledValidators::hasNoEffect).orElseThrow();
                missing.put(name, unregistered(name, List.of(), List.of(), reason));
            }
        }
        for (Configuration validator : configurations(CONFIGURED)) {
            var properties = validator.getProperties();
            String pid = validator.getPid();
            String name = ValidatorProperties.name(properties.get(ValidatorService.NAME), pid);
            String reason = text(problems, pid, problem -> true)
                    .or(() -> failures.of(pid))
                    .orElse("it can't be activated with " + "etc/" + pid.replace('~', '-') + ".cfg"
                            + "; the log says why");
            missing.put(
                    name,
                    unregistered(
                            name,
                            ValidatorProperties.list(properties.get(ValidatorService.PATHS)),
                            ValidatorProperties.list(properties.get(EventValidator.TOPICS)),
                            reason));
        }
        missing.keySet().removeAll(registered);
        return missing.values();
    }

    static boolean hasNoEffect(ConfigurationProblem problem) {
        return problem.inEffect() == InEffect.NOTHING;
    }

    static Optional<String> text(
            List<ConfigurationProblem> problems, String pid, Predicate<ConfigurationProblem> filter) {
        String text = problems.stream()
                .filter(problem -> problem.pid().equals(pid))
                .filter(filter)
                .map(ConfigurationProblem::toString)
                .collect(Collectors.joining("; "));
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    private static ValidatorStatus unregistered(String name, List<String> paths, List<String> topics, String reason) {
        return new ValidatorStatus(
                new ValidatorId(name, ""), State.UNAVAILABLE, paths, topics, "", reason, Optional.empty());
    }

    private Configuration[] configurations(String filter) {
        try {
            Configuration[] found = configurations.listConfigurations(filter);
            return found == null ? new Configuration[0] : found;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e); // the filters are constants
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
