package io.datahub.hooks.outgoing;

import io.datahub.api.Home;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.Sha256;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.event.EventBroker;
import io.datahub.api.history.EventHistory;
import io.datahub.api.hook.Webhooks.DeadLetter;
import io.datahub.api.hook.Webhooks.WebhookStatus;
import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogText;
import io.datahub.api.secret.Authorities;
import io.datahub.api.state.AdapterState;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.validation.ValidatorProperties;
import io.datahub.hooks.feed.EventConsumer;
import io.datahub.hooks.feed.EventFeed;
import io.datahub.hooks.feed.FeedEvent;
import io.datahub.hooks.outgoing.DeadLetters.Letter;
import io.datahub.hooks.signature.SecretFile;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SSLContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One webhook: sends each event until the target has accepted it, has refused it for good, or has ended the webhook by
 * 410. Events are sent on the thread of its feed; the other methods are for any thread.
 */
@Component(service = Webhook.class, configurationPid = Webhook.PID, configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = WebhookConfiguration.class, factory = true)
public final class Webhook implements EventConsumer {

    static final String PID = "io.datahub.webhook";

    private static final Logger LOG = LoggerFactory.getLogger(Webhook.class);

    private static final long WORRYING_MILLIS = TimeUnit.MINUTES.toMillis(1);

    private final String name;
    private final MessageKind kind;
    private final URI url;
    private final DeadLetters letters;
    private final Target target;
    private final PersistentSender sender;
    private final EventFeed feed;

    final LongAdder refused = new LongAdder();
    final LongAdder overflowed = new LongAdder();

    /** The keys of dead letters that are to be sent again. */
    private final Set<String> resent = ConcurrentHashMap.newKeySet();

    private volatile String gap = "";
    private volatile int deadLetters;

    @Activate
    public Webhook(
            @Reference Home home,
            @Reference EventBroker broker,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) EventHistory history,
            @Reference AdapterStates states,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    ClusterView cluster,
            WebhookConfiguration configuration,
            Map<String, ?> properties) {
        name = String.valueOf(properties.get("service.pid")).replaceFirst("^" + PID.replace(".", "\\.") + "[~.-]", "");
        if (!name.matches("[a-z0-9][a-z0-9.-]{0,49}")) {
            throw new IllegalArgumentException(
                    "the file must be called io.datahub.webhook-NAME.cfg, where NAME has 1 to 50 lower-case letters,"
                            + " digits, dots and hyphens");
        }
        kind = MessageKind.of(configuration.kind());
        url = TargetUrl.parse(configuration.url());
        List<String> topics = ValidatorProperties.list(configuration.topics());
        if (topics.isEmpty()) {
            throw new IllegalArgumentException("topics must have at least one prefix; * is all topics");
        }
        String file = configuration.secretFile().strip();
        AdapterState state = states.of("webhook-" + name);
        letters = new DeadLetters(state);
        target = new Target(
                name,
                url,
                file.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new SecretFile(home.root().resolve(file))),
                authorities(configuration.authorities().strip(), home),
                configuration.allowLoopback());
        sender = new PersistentSender(name, target, state, Sha256.hex(url.toString()), this::isOwner);
        feed = new EventFeed(
                "webhook-" + name,
                topics,
                broker,
                history,
                state,
                Optional.ofNullable(cluster).map(ClusterView::hub),
                this);
        feed.start();
        LOG.info(
                "event=hooks.webhook.started webhook={} kind={} host={} topics={}",
                name,
                kind,
                LogText.quoted(url.getAuthority()),
                LogText.quoted(topics));
    }

    private static Optional<SSLContext> authorities(String file, Home home) {
        try {
            return file.isEmpty()
                    ? Optional.empty()
                    : Optional.of(Authorities.trusting(Optional.of(home.root().resolve(file))));
        } catch (IOException e) {
            throw new IllegalArgumentException("authorities: " + file + " can't be read: " + FailureText.of(e), e);
        }
    }

    @Deactivate
    void stop() {
        sender.stop();
        target.close();
        feed.close();
        LOG.info("event=hooks.webhook.stopped webhook={}", name);
    }

    String name() {
        return name;
    }

    PersistentSender sender() {
        return sender;
    }

    private boolean isOwner() {
        return feed.isOwner();
    }

    /** The number of dead letters; 0 while another hub of the cluster sends, which counts them. */
    int deadLetterCount() {
        return isOwner() ? deadLetters : 0;
    }

    @Override
    public void started() throws IOException {
        sender.loadEnd();
        deadLetters = letters.list().size();
    }

    @Override
    public void accept(FeedEvent event) throws IOException, InterruptedException {
        idle();
        Message message = kind.message(name, event);
        Attempt attempt = sender.send(message);
        if (attempt.what() == Attempt.What.REFUSED) {
            addLetter(message, attempt.detail());
            deadLetters = letters.list().size();
            refused.increment();
            LOG.warn(
                    "event=hooks.webhook.refused webhook={} id={} topic={} reason={}",
                    name,
                    message.id(),
                    LogText.quoted(message.topic()),
                    LogText.quoted(attempt.detail()));
        }
    }

    /** Stores a dead letter; waits until there is room for it, without sending its message again. */
    private void addLetter(Message message, String reason) throws IOException, InterruptedException {
        Instant refusedAt = Instant.now();
        for (int attempts = 1; ; attempts++) {
            try {
                letters.add(message, reason, refusedAt);
                sender.recovered();
                return;
            } catch (IOException e) {
                String detail = "it was refused (" + reason + "), and " + e.getMessage();
                sender.retryLater(message, Attempt.failed(detail), attempts);
                resendIfStateWorks();
            }
        }
    }

    /** Sends what is to be sent again, as far as the state can be read and written. */
    private void resendIfStateWorks() throws IOException, InterruptedException {
        try {
            idle();
        } catch (IOException e) {
            if (!isOwner()) {
                throw e;
            }
            LOG.debug("event=hooks.webhook.not-resent webhook={} reason={}", name, LogText.quoted(e));
        }
    }

    /** Sends the dead letters that are to be sent again. */
    @Override
    public void idle() throws IOException, InterruptedException {
        if (resent.isEmpty()) {
            return;
        }
        for (Letter letter : letters.list()) {
            if (resent.remove(letter.key()) && letter.message().isPresent()) {
                Attempt attempt = sender.send(letter.message().get());
                if (attempt.what() == Attempt.What.DELIVERED) {
                    letters.remove(letter);
                } else {
                    refused.increment();
                }
            }
        }
        deadLetters = letters.list().size();
    }

    @Override
    public void gap(String reason) {
        gap = "events were removed from the history before they could be sent: " + reason;
    }

    @Override
    public void disowned() {
        sender.endPause();
    }

    @Override
    public void lost(long events) {
        overflowed.add(events);
    }

    List<DeadLetter> deadLetters() throws IOException {
        return letters.list().stream().map(Letter::shown).toList();
    }

    /** Sends dead letters again, and whatever is waiting, now. */
    Result<Integer> resend(Optional<String> id) throws IOException {
        Result<List<Letter>> found = findAsOwner(id);
        if (found.isRefused()) {
            return Result.refused(found.refusal().orElseThrow());
        }
        List<Letter> chosen = found.get();
        Optional<Letter> cut =
                chosen.stream().filter(letter -> letter.message().isEmpty()).findFirst();
        if (id.isPresent() && cut.isPresent()) {
            return Result.refused(
                    new Refusal(Reason.CONFLICT, "the message " + id.get() + " was too large to be kept"));
        }
        chosen.forEach(letter -> resent.add(letter.key()));
        gap = "";
        sender.resume();
        feed.wake();
        return Result.done(chosen.size());
    }

    /** Finds dead letters, which only the hub that sends changes. */
    private Result<List<Letter>> findAsOwner(Optional<String> id) throws IOException {
        if (!isOwner()) {
            return Result.refused(
                    Reason.CONFLICT,
                    feed.otherHub()
                            .map(hub -> "the hub " + hub
                                    + " sends this webhook; send dead letters again or remove them there")
                            .orElse("this hub doesn't know which hub of the cluster sends this webhook; try again"));
        }
        List<Letter> found = letters.list().stream()
                .filter(letter -> id.isEmpty() || letter.shown().id().equals(id.get()))
                .toList();
        return id.isPresent() && found.isEmpty()
                ? Result.refused(Reason.NOT_FOUND, "there is no dead letter " + id.get())
                : Result.done(found);
    }

    /** Removes dead letters, also those that are to be sent again. */
    Result<Integer> drop(Optional<String> id) throws IOException {
        Result<List<Letter>> found = findAsOwner(id);
        if (found.isRefused()) {
            return Result.refused(found.refusal().orElseThrow());
        }
        for (Letter letter : found.get()) {
            resent.remove(letter.key());
            letters.remove(letter);
        }
        deadLetters = letters.list().size();
        sender.endPause();
        LOG.info(
                "event=hooks.webhook.dropped webhook={} letters={}",
                name,
                found.get().size());
        return Result.done(found.get().size());
    }

    WebhookStatus status() {
        String what = !isOwner()
                ? "standby"
                : sender.hasEnded() ? "ended" : sender.failure().isEmpty() ? "sending" : "retrying";
        return new WebhookStatus(
                name,
                kind.toString().toLowerCase(Locale.ROOT),
                url.getAuthority(),
                what,
                isOwner() ? Optional.empty() : feed.otherHub(),
                what.equals("retrying") ? sender.nextAttempt() : Optional.empty(),
                sender.delivered.sum(),
                overflowed.sum(),
                deadLetterCount(),
                sender.recent(),
                problem(0));
    }

    /** What is wrong; empty if nothing is, or attempts have failed for less than a minute. */
    String problem() {
        return problem(WORRYING_MILLIS);
    }

    private String problem(long tolerated) {
        if (!isOwner()) {
            return "";
        }
        if (sender.hasEnded()) {
            return "its target has ended it by the answer 410: resume it once the target wants events again";
        }
        if (!sender.failure().isEmpty() && sender.failingMillis() >= tolerated) {
            return "its target fails: " + sender.failure();
        }
        if (!gap.isEmpty()) {
            return gap;
        }
        return deadLetters == 0
                ? ""
                : (deadLetters == 1 ? "1 dead letter waits" : deadLetters + " dead letters wait")
                        + " to be sent again or dropped";
    }
}
