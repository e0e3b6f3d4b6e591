package io.datahub.hooks.signature;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.eclipse.jetty.http.HttpFields;

/** How a kind of system authenticates what it sends. */
public enum SignatureScheme {
    /** HMAC in {@code X-Hub-Signature-256}. */
    GITHUB {
        @Override
        public Proof verify(HttpFields headers, byte[] body, List<Secret> secrets, Instant now) {
            return HexSignature.HUB.verify(headers, body, secrets);
        }
    },
    /** HMAC in {@code X-Gitea-Signature} or {@code X-Forgejo-Signature}. */
    GITEA {
        @Override
        public Proof verify(HttpFields headers, byte[] body, List<Secret> secrets, Instant now) {
            return HexSignature.GITEA.verify(headers, body, secrets);
        }
    },
    /** Standard Webhooks where a signing token is configured, otherwise the secret in {@code X-Gitlab-Token}. */
    GITLAB {
        @Override
        public Proof verify(HttpFields headers, byte[] body, List<Secret> secrets, Instant now) {
            return StandardSignature.isPresent(headers)
                    ? StandardSignature.verify(headers, body, secrets, now)
                    : PresentedSecret.inHeader(headers, "X-Gitlab-Token", secrets);
        }
    },
    /** Standard Webhooks. */
    STANDARD {
        @Override
        public Proof verify(HttpFields headers, byte[] body, List<Secret> secrets, Instant now) {
            return StandardSignature.verify(headers, body, secrets, now);
        }
    },
    /** Systems that don't sign by themselves: any of the signatures, or credentials in {@code Authorization}. */
    ANY {
        @Override
        public Proof verify(HttpFields headers, byte[] body, List<Secret> secrets, Instant now) {
            if (StandardSignature.isPresent(headers)) {
                return StandardSignature.verify(headers, body, secrets, now);
            }
            return HexSignature.HUB.isPresent(headers)
                    ? HexSignature.HUB.verify(headers, body, secrets)
                    : PresentedSecret.inAuthorization(headers, secrets);
        }
    };

    /** The scheme of a kind of hook. */
    public static SignatureScheme of(String kind) {
        return switch (kind) {
            case "github", "gitea", "gitlab", "standard" -> valueOf(kind.toUpperCase(Locale.ROOT));
            default -> ANY;
        };
    }

    /** Whether nothing but a shared secret authenticates a sender. */
    public boolean needsSecret() {
        return this != ANY;
    }

    /**
     * Verifies a request, in constant time where a secret is compared.
     *
     * @param headers its headers
     * @param body its body, byte for byte
     * @param secrets the secrets shared with the sender; may be empty if {@link #needsSecret} is false
     * @param now the current time
     */
    public abstract Proof verify(HttpFields headers, byte[] body, List<Secret> secrets, Instant now);
}
