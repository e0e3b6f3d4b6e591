package io.datahub.http.events;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.cloudevent.CloudEventHeaders;
import io.datahub.api.cloudevent.CloudEventMode;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.Session;
import io.datahub.api.history.EventHistory;
import io.datahub.api.http.HttpMount;
import io.datahub.api.path.PercentText;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.Authenticator;
import io.datahub.http.HttpConfiguration;
import io.datahub.jetty.web.BodyDrainer;
import io.datahub.jetty.web.BodyReader;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Digests;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.WriteHeaders;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Events over plain HTTP: {@code POST /events/TOPIC} publishes, {@code GET /events} is an event stream (SSE). */
@Component(service = Handler.class, configurationPid = "io.datahub.http")
@HttpMount(path = EventsHandler.MOUNT)
public final class EventsHandler extends AsyncHandler {

    static final String MOUNT = "/events";

    private static final String HISTORY = MOUNT + "/history";

    private static final HttpField STREAM = new PreEncodedHttpField(HttpHeader.CONTENT_TYPE, "text/event-stream");
    private static final HttpField UNBUFFERED = new PreEncodedHttpField("X-Accel-Buffering", "no");

    private final EventBroker broker;
    private final EventHistory history;
    private final Authenticator authenticator;
    private volatile Settings settings;
    private final Set<SseStream> streams = ConcurrentHashMap.newKeySet();
    private final Set<PollingResponse> waiting = ConcurrentHashMap.newKeySet();

    /** Values of the configuration. An event that is being received keeps the values it started with. */
    private record Settings(int maxEventBytes, ByteBudget budget) {

        static Settings of(HttpConfiguration configuration) {
            return new Settings(configuration.maxEventBytes(), new ByteBudget(configuration.maxIncomingEventBytes()));
        }
    }

    @Activate
    public EventsHandler(
            @Reference EventBroker broker,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) EventHistory history,
            @Reference Authenticator authenticator,
            HttpConfiguration configuration) {
        this.broker = broker;
        this.authenticator = authenticator;
        this.history = history;
        settings = Settings.of(configuration);
    }

    /** Applies a new configuration to subsequent events; open streams continue. */
    @Modified
    void modified(HttpConfiguration changed) {
        settings = Settings.of(changed);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (request.getHeaders().contains(HttpHeader.UPGRADE, "websocket")
                || HttpMethod.CONNECT.is(request.getMethod())) {
            return false;
        }
        Exchange exchange = new Exchange(request, response, callback);
        String path = request.getHttpURI().getPath();
        boolean hasTopic = path.length() > MOUNT.length() + 1;
        boolean isReadable = !hasTopic || path.equals(HISTORY);
        boolean isConditional = exchange.is(HttpMethod.POST) || exchange.isRead();
        boolean exists = exchange.isRead() ? isReadable : !hasTopic;
        if (isConditional && !Conditions.check(exchange, exists)) {
            return true;
        }
        if (exchange.is(HttpMethod.POST)) {
            publish(exchange, hasTopic ? Optional.of(path.substring(MOUNT.length() + 1)) : Optional.empty())
                    .ifPresent(refusal -> BodyDrainer.refuse(exchange, refusal));
        } else if (exchange.isRead() && path.equals(HISTORY)) {
            history(exchange).ifPresent(exchange::refuse);
        } else if (exchange.isRead() && !hasTopic) {
            stream(exchange).ifPresent(exchange::refuse);
        } else {
            allowWebHook(exchange);
            exchange.refuseMethod(isReadable ? "GET, HEAD, POST, OPTIONS" : "POST, OPTIONS");
        }
        return true;
    }

    /** Grants the validation request of a webhook sender (HTTP 1.1 Web Hooks for Event Delivery, 4). */
    private static void allowWebHook(Exchange exchange) {
        exchange.header("WebHook-Request-Origin")
                .filter(origin -> exchange.is(HttpMethod.OPTIONS))
                .ifPresent(origin -> {
                    exchange.response().getHeaders().put("WebHook-Allowed-Origin", origin);
                    exchange.response().getHeaders().put("WebHook-Allowed-Rate", "*");
                });
    }

    private Optional<Refusal> publish(Exchange exchange, Optional<String> rawTopic) {
        Result<CloudEventMode> mode = CloudEventMode.of(
                exchange.header(HttpHeader.CONTENT_TYPE).orElse(""),
                exchange.header(CloudEventHeaders.PREFIX + "specversion").isPresent());
        if (mode.isRefused()) {
            return mode.refusal();
        }
        if (rawTopic.isEmpty() && mode.get() == CloudEventMode.NONE) {
            exchange.response().getHeaders().put(HttpHeader.ALLOW, "GET, HEAD, OPTIONS");
            return Optional.of(new Refusal(
                    Reason.METHOD_NOT_ALLOWED,
                    "send to /events/TOPIC; only CloudEvents can be sent without a topic in the path"));
        }
        Result<String> topic = PercentText.decode(rawTopic.orElse(""));
        if (topic.isRefused()) {
            return topic.refusal();
        }
        Optional<Refusal> encodingRefusal =
                WriteHeaders.refuseContentEncoding(exchange.request().getHeaders());
        Result<Map<String, String>> digests = Digests.of(exchange.request().getHeaders());
        if (encodingRefusal.isPresent() || digests.isRefused()) {
            return encodingRefusal.or(digests::refusal);
        }
        Settings current = settings;
        if (exchange.request().getLength() > current.maxEventBytes()) {
            return Optional.of(EventPublisher.tooLarge(current.maxEventBytes()));
        }
        EventPublisher publisher = new EventPublisher(
                exchange,
                broker,
                rawTopic.isEmpty() ? Optional.empty() : Optional.of(topic.get()),
                mode.get(),
                digests.get(),
                current.maxEventBytes(),
                current.budget());
        new BodyReader(exchange.request(), publisher).run();
        return Optional.empty();
    }

    private Optional<Refusal> stream(Exchange exchange) {
        Result<Fields> query = exchange.query();
        Result<Optional<Cursor>> since = query.then(fields -> since(exchange, fields));
        if (since.isRefused()) {
            return since.refusal();
        }
        List<String> topics = query.get().getValuesOrEmpty("topic");
        List<String> prefixes = topics.isEmpty() ? List.of("") : topics;
        Optional<Refusal> refusal = exchange.is(HttpMethod.HEAD)
                ? head(exchange, prefixes, since.get())
                : start(exchange, new Topics(prefixes), since.get());
        if (refusal.isPresent() && refusal.get().reason() == Reason.GONE) {
            exchange.response()
                    .getHeaders()
                    .put(
                            PollingResponse.CURSOR,
                            history.oldest(since.get().orElse(Cursor.BEGINNING), prefixes)
                                    .toString());
        }
        return refusal;
    }

    private Optional<Refusal> history(Exchange exchange) {
        return exchange.query()
                .then(query -> HistoryRequest.of(query))
                .then(request -> Result.done(start(exchange, request)))
                .refusal();
    }

    private HistoryResponse start(Exchange exchange, HistoryRequest request) {
        HistoryResponse page = new HistoryResponse(exchange, history, authenticator, request, waiting::remove);
        if (request.newest() > 0) {
            page.respondNewest(request.newest());
        } else {
            waiting.add(page);
            page.start(isShutdown() ? 0 : request.waitSeconds());
        }
        return page;
    }

    private static Result<Optional<Cursor>> since(Exchange exchange, Fields query) {
        return exchange.header("Last-Event-ID")
                .or(() -> Optional.ofNullable(query.getValue("since")))
                .filter(text -> !text.isEmpty())
                .map(text -> Cursor.parse(text).then(cursor -> Result.done(Optional.of(cursor))))
                .orElseGet(() -> Result.done(Optional.empty()));
    }

    private Optional<Refusal> head(Exchange exchange, List<String> prefixes, Optional<Cursor> since) {
        Optional<Refusal> gone = since.flatMap(
                cursor -> history.read(exchange.user(), cursor, prefixes, 1, 1).refusal());
        if (gone.isEmpty()) {
            setStreamHeaders(exchange);
            exchange.callback().succeeded();
        }
        return gone;
    }

    private Optional<Refusal> start(Exchange exchange, Topics topics, Optional<Cursor> since) {
        SseStream stream = new SseStream(exchange, history, topics, streams::remove);
        Session session = broker.open(exchange.login().orElseThrow(), stream);
        Optional<Refusal> refusal;
        try {
            refusal = stream.subscribe(session, since);
        } catch (RuntimeException e) {
            session.close();
            throw e;
        }
        if (refusal.isPresent()) {
            session.close();
            return refusal.map(why -> why.reason() == Reason.TOO_MANY
                    ? new Refusal(
                            Reason.BAD_REQUEST, "the limit of subscriptions is reached; subscribe to shorter prefixes")
                    : why);
        }
        setStreamHeaders(exchange);
        streams.add(stream);
        broker.confirmSubscriptions(stream::start);
        if (isShutdown()) {
            stream.end("the hub is stopping");
        }
        return Optional.empty();
    }

    private static void setStreamHeaders(Exchange exchange) {
        var headers = exchange.response().getHeaders();
        headers.put(STREAM);
        headers.put(UNBUFFERED);
        headers.put(Exchange.REVALIDATE);
        headers.put(Exchange.NO_SNIFFING);
    }

    @Override
    void completeAll() {
        waiting.forEach(PollingResponse::stopWaiting);
        streams.forEach(stream -> stream.end("the hub is stopping"));
    }
}
