package io.datahub.hooks.translation;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import io.datahub.api.log.LogText;
import io.datahub.api.validation.ValidatorProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registered translators. When one disappears whose bundle is still installed, because it is being updated, its
 * deliveries wait for its successor instead of being translated by another one. Thread-safe.
 */
@Component(service = Translators.class)
public final class Translators {

    private static final Logger LOG = LoggerFactory.getLogger(Translators.class);

    private static final Duration HANDOVER = Duration.ofSeconds(10);
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);
    private static final long POLL_MILLIS = 50;

    /** Guarded by this. */
    private final Map<EventTranslator, RegisteredTranslator> all = new HashMap<>();

    /** Bundles whose translator of a kind was in use and disappeared, with the time until which to wait; guarded by this. */
    private final Map<String, Handover> handovers = new HashMap<>();

    private record Handover(Bundle bundle, long deadline) {}

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    public synchronized void add(EventTranslator translator, ServiceReference<EventTranslator> reference) {
        Set<String> kinds = Set.copyOf(ValidatorProperties.list(reference.getProperty(EventTranslator.KIND)));
        RegisteredTranslator added = new RegisteredTranslator(translator, kinds, reference);
        all.put(translator, added);
        handovers.keySet().removeAll(kinds);
        notifyAll();
        LOG.info(
                "event=hooks.translator.registered translator={} kinds={}",
                LogText.quoted(added.name()),
                LogText.quoted(kinds));
    }

    public void remove(EventTranslator translator) {
        RegisteredTranslator removed;
        synchronized (this) {
            removed = all.get(translator);
            List<String> inUse = removed.kinds().stream()
                    .filter(kind -> active(kind).filter(removed::equals).isPresent())
                    .toList();
            all.remove(translator);
            long deadline = System.nanoTime() + HANDOVER.toNanos();
            inUse.forEach(kind -> handovers.put(kind, new Handover(removed.bundle(), deadline)));
        }
        removed.retire(DRAIN);
        LOG.info("event=hooks.translator.unregistered translator={}", LogText.quoted(removed.name()));
    }

    private Optional<RegisteredTranslator> active(String kind) {
        return all.values().stream()
                .filter(each -> each.kinds().contains(kind))
                .max(Comparator.comparing(RegisteredTranslator::precedence));
    }

    /** The bundle that translates for a kind now; empty if there is none. */
    public synchronized String name(String kind) {
        return active(kind).map(RegisteredTranslator::name).orElse("");
    }

    /** The kinds that can be translated. */
    public synchronized List<String> kinds() {
        List<String> kinds = new ArrayList<>();
        all.values().forEach(each -> kinds.addAll(each.kinds()));
        return kinds.stream().distinct().sorted().toList();
    }

    /** Translates a delivery; blocks for up to ten seconds while the translator is being updated. */
    public Result<Translation> translate(String kind, Delivery delivery) {
        try {
            Optional<RegisteredTranslator> translator = await(kind);
            while (translator.isPresent()) {
                Optional<Result<Translation>> result = translate(translator.get(), delivery);
                if (result.isPresent()) {
                    return result.get();
                }
                translator = await(kind);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Result.refused(Refusal.unavailable(
                "there is no translator for deliveries of the kind " + kind + "; an administrator has to install one",
                RETRY_AFTER));
    }

    /** Empty if the translator was taken away meanwhile, so that another one has to be asked. */
    private static Optional<Result<Translation>> translate(RegisteredTranslator translator, Delivery delivery) {
        try {
            return translator.translate(delivery).map(result -> {
                boolean isInvalid = result.refusal()
                        .filter(refusal -> refusal.reason().status() < Reason.FAILED.status())
                        .isPresent();
                return isInvalid ? asInvalid(result) : result;
            });
        } catch (RuntimeException | LinkageError e) {
            LOG.error("event=hooks.translator.failed translator={}", LogText.quoted(translator.name()), e);
            return Optional.of(Result.refused(Refusal.unavailable(
                    "the translator of this hook has failed; the log has the reason", RETRY_AFTER)));
        }
    }

    private static Result<Translation> asInvalid(Result<Translation> result) {
        return Result.refused(Reason.INVALID, result.refusal().orElseThrow().detail());
    }

    private synchronized Optional<RegisteredTranslator> await(String kind) throws InterruptedException {
        Handover handover = handovers.get(kind);
        while (handover != null && handover.bundle().getState() != Bundle.UNINSTALLED) {
            long left = TimeUnit.NANOSECONDS.toMillis(handover.deadline() - System.nanoTime());
            if (left <= 0) {
                break;
            }
            wait(Math.min(left, POLL_MILLIS));
            handover = handovers.get(kind);
        }
        if (handover != null) {
            handovers.remove(kind, handover);
        }
        return active(kind);
    }
}
