package io.datahub.api.hook;

import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What a system has sent to a hook, after its signature was verified. Immutable. */
public final class Delivery {

    private final String hook;
    private final String id;
    private final Map<String, String> headers;
    private final byte[] body;
    private final Instant received;

    /**
     * A delivery.
     *
     * @param hook the name of the hook, as in {@code /hooks/NAME}
     * @param id identifies the delivery among those of the hook: what the sender calls it, or a hash of its body
     * @param headers the headers of the request by name, in any case; of several with one name the first
     * @param body the bytes as they were signed; it is copied
     * @param received when it was received
     */
    public Delivery(String hook, String id, Map<String, String> headers, byte[] body, Instant received) {
        this.hook = hook;
        this.id = id;
        this.headers = new TreeMap<>();
        headers.forEach((name, value) -> this.headers.putIfAbsent(name.toLowerCase(Locale.ROOT), value));
        this.body = body.clone();
        this.received = received;
    }

    /**
     * The hook.
     *
     * @return its name, as in {@code /hooks/NAME}
     */
    public String hook() {
        return hook;
    }

    /**
     * Identifies the delivery, also when it is repeated. Events that are made of it derive their IDs from it.
     *
     * @return the ID, unique among the deliveries of the hook
     */
    public String id() {
        return id;
    }

    /**
     * A header of the request.
     *
     * @param name its name, in any case
     * @return its value; empty if the request had none
     */
    public Optional<String> header(String name) {
        return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
    }

    /**
     * The headers of the request, without those that carry credentials.
     *
     * @return a copy, by name in lower case
     */
    public Map<String, String> headers() {
        return new TreeMap<>(headers);
    }

    /**
     * The body.
     *
     * @return a copy of the bytes that were signed
     */
    public byte[] body() {
        return body.clone();
    }

    /**
     * When the delivery was received.
     *
     * @return the time
     */
    public Instant received() {
        return received;
    }
}
