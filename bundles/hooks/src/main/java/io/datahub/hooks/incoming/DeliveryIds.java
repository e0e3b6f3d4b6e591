package io.datahub.hooks.incoming;

import io.datahub.api.cloudevent.CloudEventHeaders;
import io.datahub.hooks.signature.StandardSignature;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;

/** What identifies a delivery: what its sender calls it or, where senders don't name them, a hash of its bytes. */
final class DeliveryIds {

    private static final Pattern SIMPLE = Pattern.compile("[A-Za-z0-9._:-]{1,200}");

    private static final Map<String, List<String>> HEADERS = Map.of(
            "github", List.of("X-GitHub-Delivery"),
            "gitea", List.of("X-Gitea-Delivery", "X-Forgejo-Delivery"),
            "gitlab", List.of(StandardSignature.ID, "Idempotency-Key", "X-Gitlab-Event-UUID"));

    private DeliveryIds() {}

    static String of(String kind, HttpFields headers, byte[] body) {
        return HEADERS.getOrDefault(kind, List.of(StandardSignature.ID)).stream()
                .map(headers::get)
                .filter(Objects::nonNull)
                .findFirst()
                .map(id -> SIMPLE.matcher(id).matches() ? id : hash(id.getBytes(StandardCharsets.UTF_8)))
                .orElseGet(() -> hash(attributes(headers), body));
    }

    /** The attributes of a CloudEvent in binary mode, which are part of what is sent. */
    private static byte[] attributes(HttpFields headers) {
        Map<String, String> attributes = new TreeMap<>();
        for (HttpField field : headers) {
            if (field.getLowerCaseName().startsWith(CloudEventHeaders.PREFIX)) {
                attributes.put(field.getLowerCaseName().toLowerCase(Locale.ROOT), field.getValue());
            }
        }
        return attributes.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static String hash(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return "sha256:" + HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
