package io.datahub.hooks.signature;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A secret that the hub shares with another system. Immutable; {@link #toString} doesn't reveal it. */
public final class Secret {

    /** What a secret in the form of Standard Webhooks begins with; Base64 follows. */
    private static final String STANDARD_PREFIX = "whsec_";

    private final byte[] text;
    private final List<byte[]> standardKeys;

    /**
     * Takes a secret.
     *
     * @throws IllegalArgumentException if it is empty, or begins like one of Standard Webhooks and isn't Base64
     */
    public Secret(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("a secret must not be empty");
        }
        this.text = text.getBytes(StandardCharsets.UTF_8);
        standardKeys = standardKeys(text);
    }

    /**
     * Standard Webhooks prescribes Base64 with a prefix. Senders omit the prefix, and some sign with the text itself;
     * either way the key is derived from the whole secret.
     */
    private static List<byte[]> standardKeys(String text) {
        boolean isPrefixed = text.startsWith(STANDARD_PREFIX);
        List<byte[]> keys = new ArrayList<>();
        try {
            byte[] decoded = Base64.getDecoder().decode(isPrefixed ? text.substring(STANDARD_PREFIX.length()) : text);
            if (decoded.length > 0) {
                keys.add(decoded);
            }
        } catch (IllegalArgumentException e) {
            if (isPrefixed) {
                throw new IllegalArgumentException("a secret that begins with whsec_ must go on in Base64", e);
            }
        }
        if (!isPrefixed) {
            keys.add(text.getBytes(StandardCharsets.UTF_8));
        }
        return List.copyOf(keys);
    }

    /** The key for signatures of the text itself. */
    public byte[] key() {
        return text.clone();
    }

    /** The keys that a sender by Standard Webhooks may sign with; the first is the one that the standard prescribes. */
    public List<byte[]> standardKeys() {
        return standardKeys.stream().map(byte[]::clone).toList();
    }

    /** Whether this is the secret, compared in constant time. */
    boolean is(byte[] presented) {
        return MessageDigest.isEqual(presented, text);
    }

    @Override
    public String toString() {
        return "secret";
    }
}
