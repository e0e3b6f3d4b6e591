package io.datahub.zeromq;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.event.EventJson;
import io.datahub.api.event.EventReader;
import io.datahub.api.event.EventRun;
import io.datahub.api.history.EventHistory;
import io.datahub.api.json.ByteBuilder;
import io.datahub.api.json.JsonErrors;
import io.datahub.api.record.Cursor;
import io.datahub.api.user.User;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Answers requests with the topic {@code hub.history}: reads pages of the history, on threads of its own, since that may
 * block. The history can be replaced while the endpoint runs. Thread-safe.
 */
@Component(service = HistoryReader.class)
public final class HistoryReader {

    private static final int THREADS = 2;
    private static final int DEFAULT_LIMIT = 1_000;
    private static final int PAGE_BYTES = 1 << 20;

    /** Each costs time for each event that is examined, and few threads read for all. */
    private static final int MAX_PREFIXES = 256;

    private static final JsonFactory JSON = new JsonFactory();

    private final ThreadPoolExecutor executor = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> new Thread(task, "datahub-zeromq-history"),
            new ThreadPoolExecutor.DiscardPolicy());

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile EventHistory history;

    @Activate
    public HistoryReader() {
        executor.allowCoreThreadTimeOut(true);
    }

    /** Runs what may block. */
    Executor executor() {
        return executor;
    }

    /**
     * The reply to a request.
     *
     * @param user events that it may not receive now are omitted
     * @param request a JSON object: {@code topic}, a prefix or an array of them, {@code since}, and {@code limit}
     * @return {@code OK}, the cursor to continue from, and each event as JSON; or {@code ERR}, status and detail, and
     *     the oldest cursor if the status is 410
     */
    List<byte[]> reply(User user, byte[] request) {
        EventHistory current = history;
        if (current == null) {
            return error(new Refusal(Reason.UNAVAILABLE, "the history isn't available at present; try again"));
        }
        Result<Query> query = parse(request);
        if (query.isRefused()) {
            return error(query.refusal().orElseThrow());
        }
        Result<EventHistory.Page> page = current.read(
                user, query.get().since(), query.get().prefixes(), query.get().limit(), PAGE_BYTES);
        if (page.isRefused()) {
            Refusal refusal = page.refusal().orElseThrow();
            List<byte[]> reply = error(refusal);
            if (refusal.reason() == Reason.GONE) {
                reply.add(utf8(current.oldest(query.get().since(), query.get().prefixes())
                        .toString()));
            }
            return reply;
        }
        List<byte[]> reply = new ArrayList<>();
        reply.add(utf8("OK"));
        reply.add(utf8(page.get().next().toString()));
        ByteBuilder json = new ByteBuilder(512);
        for (EventRun run : page.get().events()) {
            EventReader event = new EventReader(run);
            event.next();
            json.truncate(0);
            EventJson.append(json, run, event, true);
            reply.add(json.toByteArray());
        }
        return reply;
    }

    private static List<byte[]> error(Refusal refusal) {
        List<byte[]> reply = new ArrayList<>();
        reply.add(utf8("ERR"));
        reply.add(utf8(String.valueOf(refusal.reason().status())));
        reply.add(utf8(refusal.detail()));
        return reply;
    }

    /** What is to be read. */
    private record Query(List<String> prefixes, Cursor since, int limit) {}

    private static Result<Query> parse(byte[] request) {
        List<String> prefixes = new ArrayList<>();
        String since = "0";
        int limit = DEFAULT_LIMIT;
        try (JsonParser json = JSON.createParser(request)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                return malformed("the frame after hub.history must be a JSON object");
            }
            for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
                json.nextToken();
                switch (name) {
                    case "topic" -> {
                        if (!readPrefixes(json, prefixes)) {
                            return malformed("topic must be a string, or an array of strings");
                        }
                    }
                    case "since" -> since = json.getText();
                    case "limit" -> limit = limit(json);
                    default -> json.skipChildren();
                }
            }
        } catch (IOException e) {
            return malformed(JsonErrors.describe("the frame after hub.history", e));
        }
        if (limit < 1 || limit > DEFAULT_LIMIT) {
            return malformed("limit must be a number from 1 to " + DEFAULT_LIMIT);
        }
        if (prefixes.size() > MAX_PREFIXES) {
            return malformed(
                    "topic has more than " + MAX_PREFIXES + " prefixes; ask for shorter ones, or several times");
        }
        int max = limit;
        return Cursor.parse(since)
                .then(cursor -> Result.done(new Query(prefixes.isEmpty() ? List.of("") : prefixes, cursor, max)));
    }

    /** The number; 0, which isn't allowed, for anything else. */
    private static int limit(JsonParser json) throws IOException {
        boolean isSmall = json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getTextLength() <= 9;
        int limit = isSmall ? json.getIntValue() : 0;
        json.skipChildren();
        return limit;
    }

    /** Reads prefixes of topics; false if it has come to something else. */
    private static boolean readPrefixes(JsonParser json, List<String> prefixes) throws IOException {
        boolean isArray = json.currentToken() == JsonToken.START_ARRAY;
        JsonToken token = isArray ? json.nextToken() : json.currentToken();
        while (token == JsonToken.VALUE_STRING && prefixes.size() <= MAX_PREFIXES) {
            prefixes.add(json.getText());
            token = isArray ? json.nextToken() : JsonToken.END_ARRAY;
        }
        return token == JsonToken.END_ARRAY || prefixes.size() > MAX_PREFIXES;
    }

    private static <T> Result<T> malformed(String detail) {
        return Result.refused(Reason.BAD_REQUEST, detail);
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Deactivate
    void stop() {
        executor.shutdownNow();
    }
}
