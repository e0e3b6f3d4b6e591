package io.datahub.jwt;

import java.util.concurrent.CompletionStage;

/** Where the keys of an issuer come from. */
interface KeySource {

    /**
     * Fetches the keys, in bounded time.
     *
     * @return the keys, completed exceptionally with the reason
     */
    CompletionStage<KeySet> fetch();
}
