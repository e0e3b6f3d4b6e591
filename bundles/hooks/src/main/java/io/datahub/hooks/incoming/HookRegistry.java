package io.datahub.hooks.incoming;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.hook.Hooks;
import io.datahub.api.hook.Translation;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UserRegistry.Account;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The configured hooks by name, with their health and metrics. Thread-safe. */
@Component(
        service = {HookRegistry.class, Hooks.class, HealthCheck.class, MetricSource.class},
        property = {HealthCheck.NAME + "=hooks", MetricSource.COMPONENT + "=hooks"})
public final class HookRegistry implements Hooks, HealthCheck, MetricSource {

    private static final String DELIVERIES = "datahub_hook_deliveries_total";
    private static final String HELP = "Deliveries to hooks by what became of them";

    private final UserRegistry users;
    private final SortedMap<String, Hook> hooks = new ConcurrentSkipListMap<>();

    @Activate
    public HookRegistry(@Reference UserRegistry users) {
        this.users = users;
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void add(Hook hook) {
        hooks.put(hook.name(), hook);
    }

    void remove(Hook hook) {
        hooks.remove(hook.name(), hook);
    }

    Optional<Hook> find(String name) {
        return Optional.ofNullable(hooks.get(name));
    }

    @Override
    public List<HookStatus> hooks() {
        List<Account> accounts = users.accounts();
        return hooks.values().stream()
                .map(hook -> hook.status(userProblem(hook.user(), accounts)))
                .toList();
    }

    private static String userProblem(String user, List<Account> accounts) {
        Optional<Account> found = accounts.stream()
                .filter(account -> account.user().name().equals(user))
                .findFirst();
        if (found.isEmpty()) {
            return "there is no user " + user;
        }
        return found.get().disabled() ? "the user " + user + " is disabled" : "";
    }

    @Override
    public Result<Translation> test(String hook, Map<String, String> headers, byte[] body) {
        return find(hook)
                .map(found -> found.test(headers, body))
                .orElseGet(() -> Result.refused(Reason.NOT_FOUND, "there is no hook " + hook));
    }

    @Override
    public Health check() {
        List<HookStatus> all = hooks();
        String problems = all.stream()
                .filter(hook -> !hook.problem().isEmpty())
                .map(hook -> "hook " + hook.name() + ": " + hook.problem())
                .collect(Collectors.joining("; "));
        return problems.isEmpty() ? Health.ready(all.size() + " hooks") : Health.degraded(problems);
    }

    @Override
    public void report(MetricReport report) {
        hooks.values().forEach(hook -> {
            HookCounts counts = hook.counts();
            report.counter(DELIVERIES, HELP, counts.accepted.sum(), "hook", hook.name(), "result", "accepted");
            report.counter(DELIVERIES, HELP, counts.repeated.sum(), "hook", hook.name(), "result", "repeated");
            report.counter(DELIVERIES, HELP, counts.unknown.sum(), "hook", hook.name(), "result", "unknown");
            report.counter(
                    DELIVERIES, HELP, counts.unauthenticated.sum(), "hook", hook.name(), "result", "unauthenticated");
            report.counter(DELIVERIES, HELP, counts.invalid.sum(), "hook", hook.name(), "result", "invalid");
            report.counter(DELIVERIES, HELP, counts.failed.sum(), "hook", hook.name(), "result", "failed");
        });
    }
}
