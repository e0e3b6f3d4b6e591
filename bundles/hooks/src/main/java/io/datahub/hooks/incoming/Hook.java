package io.datahub.hooks.incoming;

import io.datahub.api.Home;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cloudevent.CloudEventMessage;
import io.datahub.api.event.EventBroker;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.Hooks.HookStatus;
import io.datahub.api.hook.RecentDelivery;
import io.datahub.api.hook.Translation;
import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Credentials;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.hooks.publish.EventPublisher;
import io.datahub.hooks.publish.EventPublisher.Publication;
import io.datahub.hooks.signature.Proof;
import io.datahub.hooks.signature.SignatureScheme;
import io.datahub.hooks.status.RecentDeliveries;
import io.datahub.hooks.translation.Translators;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One hook: authenticates a delivery, finds out whether it was published before, has it translated and publishes the
 * events. Thread-safe.
 */
@Component(service = Hook.class, configurationPid = Hook.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = HookConfiguration.class, factory = true)
public final class Hook {

    static final String PID = "io.datahub.hook";

    private static final Logger LOG = LoggerFactory.getLogger(Hook.class);

    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{0,49}");
    private static final int MAX_KIND = 100;
    private static final int MAX_RECENT = 20;
    private static final int MAX_RECENT_UNAUTHENTICATED = 5;
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    /** Headers that carry credentials, which translators have no use for. */
    private static final List<String> CREDENTIALS = List.of("authorization", "cookie", "x-gitlab-token");

    private final String name;
    private final Home home;
    private final Translators translators;
    private final EventPublisher publisher;
    private final SeenDeliveries seen;
    private final HookLogin login;
    private final HookCounts counts = new HookCounts();
    private final RecentDeliveries recent = new RecentDeliveries(MAX_RECENT);

    /** Apart from those of known senders, since anybody can send them. */
    private final RecentDeliveries unauthenticated = new RecentDeliveries(MAX_RECENT_UNAUTHENTICATED);

    private final LogLimit unknownKinds = new LogLimit(10, Duration.ofMinutes(1));

    /** Deliveries that are being published, with the result that a repetition waits for. */
    private final Map<String, CompletableFuture<Result<Outcome>>> inProgress = new ConcurrentHashMap<>();

    private volatile HookSettings settings;

    @Activate
    public Hook(
            @Reference Home home,
            @Reference EventBroker broker,
            @Reference AdapterStates states,
            @Reference Authenticator authenticator,
            @Reference Translators translators,
            HookConfiguration configuration,
            Map<String, ?> properties) {
        name = name(String.valueOf(properties.get("service.pid")));
        this.home = home;
        this.translators = translators;
        publisher = new EventPublisher(broker);
        seen = new SeenDeliveries(states.of("hook-" + name));
        login = new HookLogin(name, authenticator);
        configure(configuration);
    }

    private static String name(String pid) {
        String name = pid.startsWith(PID) ? pid.substring(PID.length()).replaceFirst("^[~.-]", "") : pid;
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "the file must be called io.datahub.hook-NAME.cfg, where NAME has 1 to 50 lower-case letters, digits,"
                            + " dots and hyphens");
        }
        return name;
    }

    @Modified
    void configure(HookConfiguration configuration) {
        settings = HookSettings.of(configuration, home.root());
        LOG.info(
                "event=hooks.hook.configured hook={} kind={} user={} topic={}",
                name,
                settings.kind(),
                LogText.quoted(settings.user()),
                LogText.quoted(settings.topic()));
    }

    String name() {
        return name;
    }

    HookCounts counts() {
        return counts;
    }

    String user() {
        return settings.user();
    }

    /**
     * Takes a delivery.
     *
     * @param continuation receives what the sender presented and the result: what became of it, or a refusal; on this
     *     thread or on one of the executor
     */
    void receive(
            HttpFields headers,
            byte[] body,
            Origin origin,
            Executor executor,
            BiConsumer<Credentials, Result<Outcome>> continuation) {
        HookSettings current = settings;
        Proof proof;
        try {
            proof = SignatureScheme.of(current.kind()).verify(headers, body, current.secrets(), Instant.now());
        } catch (IOException e) {
            LOG.error("event=hooks.secret.unreadable hook={} reason={}", name, LogText.quoted(e));
            continuation.accept(
                    new Credentials.None(),
                    count(
                            "",
                            Result.refused(Refusal.unavailable(
                                    "the secret of this hook can't be read; the hub's log has the reason",
                                    RETRY_AFTER))));
            return;
        }
        login.authenticate(proof, current.user(), origin, executor, (presented, result) -> {
            if (result.isRefused()) {
                continuation.accept(presented, count("", result.then(any -> Result.done(Outcome.REPEATED))));
                return;
            }
            String id = DeliveryIds.of(current.kind(), headers, body);
            process(current, delivery(id, headers, body), result.get())
                    .whenComplete((outcome, failure) -> continuation.accept(
                            presented, count(id, failure == null ? outcome : Result.refused(failed(failure)))));
        });
    }

    private Refusal failed(Throwable failure) {
        LOG.error("event=hooks.delivery.failed hook={}", name, failure);
        return Refusal.unavailable("the delivery couldn't be processed; the hub's log has the reason", RETRY_AFTER);
    }

    private Result<Outcome> count(String id, Result<Outcome> result) {
        result.refusal().ifPresent(refusal -> {
            counts.refused(refusal);
            (id.isEmpty() ? unauthenticated : recent).add(id, List.of(), "refused", refusal.detail());
        });
        if (!result.isRefused()) {
            switch (result.get().result()) {
                case "repeated" -> counts.repeated.increment();
                case "unknown" -> counts.unknown.increment();
                default -> counts.accepted.increment();
            }
            recent.add(
                    id,
                    result.get().topics(),
                    result.get().result(),
                    result.get().unknown());
        }
        return result;
    }

    /** Publishes a delivery; a repetition that arrives meanwhile waits for the result. */
    private CompletionStage<Result<Outcome>> process(HookSettings current, Delivery delivery, Login user) {
        CompletableFuture<Result<Outcome>> own = new CompletableFuture<>();
        CompletableFuture<Result<Outcome>> first = inProgress.putIfAbsent(delivery.id(), own);
        if (first != null) {
            return first.thenApply(result -> result.isRefused() ? result : Result.done(Outcome.REPEATED));
        }
        try {
            own.complete(publishOnce(current, delivery, user));
        } catch (IOException | RuntimeException e) {
            own.completeExceptionally(e);
        } finally {
            inProgress.remove(delivery.id());
        }
        return own;
    }

    private Delivery delivery(String id, HttpFields headers, byte[] body) {
        Map<String, String> passed = headers.stream()
                .filter(field -> !CREDENTIALS.contains(field.getLowerCaseName()))
                .collect(Collectors.toMap(HttpField::getLowerCaseName, HttpField::getValue, (one, other) -> one));
        return new Delivery(name, id, passed, body, Instant.now());
    }

    private Result<Outcome> publishOnce(HookSettings current, Delivery delivery, Login user) throws IOException {
        if (seen.contains(delivery.id())) {
            return Result.done(Outcome.REPEATED);
        }
        Result<Translation> translated = translators.translate(current.kind(), delivery);
        if (translated.isRefused()) {
            return Result.refused(translated.refusal().orElseThrow());
        }
        Translation translation = translated.get();
        List<Map.Entry<String, byte[]>> events = new ArrayList<>();
        if (!current.rawTopic().isEmpty()) {
            events.add(Map.entry(current.rawTopic(), delivery.body()));
        }
        for (CloudEventMessage event : translation.events()) {
            events.add(Map.entry(current.topicOf(event.event().topic()), event.json()));
        }
        int before = events.size() > 1 ? Math.min(seen.progress(delivery.id()), events.size()) : 0;
        Publication publication = publisher.publish(user, events.subList(before, events.size()));
        if (publication.refusal().isPresent()) {
            if (publication.published() > 0) {
                seen.addProgress(delivery.id(), before + publication.published());
            }
            return Result.refused(publication.refusal().get());
        }
        if (!events.isEmpty()) {
            seen.add(delivery.id());
        }
        translation.unknown().ifPresent(this::logUnknown);
        return Result.done(new Outcome(
                translation.unknown().isPresent() ? "unknown" : "accepted",
                events.stream().map(Map.Entry::getKey).toList(),
                translation
                        .unknown()
                        .map(kind -> LogText.escaped(kind, MAX_KIND))
                        .orElse("")));
    }

    private void logUnknown(String kind) {
        if (unknownKinds.next().mayWrite()) {
            LOG.info(
                    "event=hooks.delivery.unknown hook={} kind={}",
                    name,
                    LogText.quoted(LogText.escaped(kind, MAX_KIND)));
        }
    }

    /** Translates a delivery without publishing anything. */
    Result<Translation> test(Map<String, String> headers, byte[] body) {
        return translators.translate(settings.kind(), new Delivery(name, "test", headers, body, Instant.now()));
    }

    private List<RecentDelivery> recent() {
        return Stream.concat(unauthenticated.list().stream(), recent.list().stream())
                .sorted(Comparator.comparing(RecentDelivery::time).reversed())
                .toList();
    }

    /** @param userProblem what is wrong with its user; empty if nothing */
    HookStatus status(String userProblem) {
        HookSettings current = settings;
        String translator = translators.name(current.kind());
        String problem = current.secretFile().map(file -> file.problem()).orElse("");
        if (problem.isEmpty() && translator.isEmpty()) {
            problem = "there is no translator of the kind " + current.kind() + "; there are " + translators.kinds();
        }
        if (problem.isEmpty()) {
            problem = userProblem.isEmpty() ? seen.problem() : userProblem;
        }
        return new HookStatus(
                name,
                current.kind(),
                current.user(),
                current.topic(),
                translator,
                counts.accepted.sum() + counts.unknown.sum(),
                counts.repeated.sum(),
                counts.unknown.sum(),
                counts.refused(),
                recent(),
                problem);
    }
}
