package io.datahub.hooks.outgoing;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.hook.Webhooks;
import io.datahub.api.metric.MetricReport;
import io.datahub.api.metric.MetricSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The configured webhooks by name, with their health and metrics. Thread-safe. */
@Component(property = {HealthCheck.NAME + "=webhooks", MetricSource.COMPONENT + "=webhooks"})
public final class WebhookRegistry implements Webhooks, HealthCheck, MetricSource {

    private static final String MESSAGES = "datahub_webhook_messages_total";
    private static final String HELP = "Messages of webhooks by what became of an attempt to send them";

    private final SortedMap<String, Webhook> webhooks = new ConcurrentSkipListMap<>();

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void add(Webhook webhook) {
        webhooks.put(webhook.name(), webhook);
    }

    void remove(Webhook webhook) {
        webhooks.remove(webhook.name(), webhook);
    }

    @Override
    public List<WebhookStatus> webhooks() {
        return webhooks.values().stream().map(Webhook::status).toList();
    }

    private Result<Webhook> find(String name) {
        Webhook found = webhooks.get(name);
        return found == null ? Result.refused(Reason.NOT_FOUND, "there is no webhook " + name) : Result.done(found);
    }

    @Override
    public Result<List<DeadLetter>> deadLetters(String webhook) {
        return find(webhook).then(found -> {
            try {
                return Result.done(found.deadLetters());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public Result<Integer> resend(String webhook, Optional<String> id) {
        return find(webhook).then(found -> {
            try {
                return found.resend(id);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public Result<Integer> drop(String webhook, Optional<String> id) {
        return find(webhook).then(found -> {
            try {
                return found.drop(id);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public Health check() {
        String problems = webhooks.values().stream()
                .filter(webhook -> !webhook.problem().isEmpty())
                .map(webhook -> "webhook " + webhook.name() + ": " + webhook.problem())
                .collect(Collectors.joining("; "));
        return problems.isEmpty() ? Health.ready(webhooks.size() + " webhooks") : Health.degraded(problems);
    }

    @Override
    public void report(MetricReport report) {
        webhooks.values().forEach(webhook -> {
            String name = webhook.name();
            report.counter(MESSAGES, HELP, webhook.sender().delivered.sum(), "webhook", name, "result", "delivered");
            report.counter(MESSAGES, HELP, webhook.sender().retried.sum(), "webhook", name, "result", "retried");
            report.counter(MESSAGES, HELP, webhook.refused.sum(), "webhook", name, "result", "refused");
            report.counter(
                    "datahub_webhook_overflowed_total",
                    "Live events that arrived while a webhook's queue was full; file events, and on a single hub kept ones, are read from the history",
                    webhook.overflowed.sum(),
                    "webhook",
                    name);
            report.gauge(
                    "datahub_webhook_dead_letters",
                    "Messages that the target of a webhook has refused for good",
                    webhook.deadLetterCount(),
                    "webhook",
                    name);
        });
    }
}
