package io.datahub.hooks.signature;

import java.util.HexFormat;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;

/** An HMAC-SHA-256 of the body in hexadecimal, in a header. */
enum HexSignature {
    /** GitHub: {@code X-Hub-Signature-256: sha256=…}. */
    HUB("sha256=", "X-Hub-Signature-256"),
    /** Gitea and Forgejo: hexadecimal digits alone; both also send GitHub's header. */
    GITEA("", "X-Gitea-Signature", "X-Forgejo-Signature", "X-Gogs-Signature");

    private final String prefix;
    private final List<String> names;

    HexSignature(String prefix, String... names) {
        this.prefix = prefix;
        this.names = List.of(names);
    }

    boolean isPresent(HttpFields headers) {
        return names.stream().anyMatch(headers::contains);
    }

    /** Verifies the first of the headers that there is. */
    Proof verify(HttpFields headers, byte[] body, List<Secret> secrets) {
        String name = names.stream().filter(headers::contains).findFirst().orElse("");
        if (name.isEmpty()) {
            return Proof.refused("there is no signature in " + names.get(0));
        }
        String value = headers.get(name);
        if (!value.startsWith(prefix)) {
            return Proof.refused("the signature in " + name + " doesn't begin with " + prefix);
        }
        byte[] received;
        try {
            received = HexFormat.of().parseHex(value.substring(prefix.length()));
        } catch (IllegalArgumentException e) {
            return Proof.refused("the signature in " + name + " isn't hexadecimal");
        }
        if (received.length != Hmac.BYTES) {
            return Proof.refused("the signature in " + name + " is truncated");
        }
        for (Secret secret : secrets) {
            if (Hmac.matches(received, secret.key(), body)) {
                return Proof.GENUINE;
            }
        }
        return Proof.refused("the signature in " + name + " is wrong");
    }
}
