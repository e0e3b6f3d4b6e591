package io.datahub.hooks.incoming;

import io.datahub.api.user.Credentials;
import io.datahub.hooks.signature.Proof;
import java.util.Optional;

/** What a request to a hook proves: credentials of a kind that only this bundle makes and verifies. */
final class HookCredentials implements Credentials {

    static final String KIND = "hook";

    private final String hook;
    private final String actsAs;
    private final Proof proof;

    /**
     * @param hook the name of the hook
     * @param actsAs the user that it publishes as
     * @param proof what the request proves
     */
    HookCredentials(String hook, String actsAs, Proof proof) {
        this.hook = hook;
        this.actsAs = actsAs;
        this.proof = proof;
    }

    @Override
    public String kind() {
        return KIND;
    }

    /** Failures are counted against the hook and not against its user, who may be logged in elsewhere. */
    @Override
    public Optional<String> publicId() {
        return Optional.of("hook " + hook);
    }

    String hook() {
        return hook;
    }

    String actsAs() {
        return actsAs;
    }

    Proof proof() {
        return proof;
    }

    @Override
    public String toString() {
        return "delivery to hook " + hook;
    }
}
