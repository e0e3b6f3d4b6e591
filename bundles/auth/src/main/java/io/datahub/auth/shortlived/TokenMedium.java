package io.datahub.auth.shortlived;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Where tokens are kept. Changes are made by one thread at a time. */
interface TokenMedium extends AutoCloseable {

    /**
     * Reads all tokens; expired ones may be among them.
     *
     * @param copier puts a token into memory
     */
    void read(Consumer<ShortLivedToken> copier) throws IOException;

    /** Whether the next change must be given all tokens instead of the added ones. */
    boolean needsAll(boolean hasRemoved);

    /**
     * Makes a change, durably.
     *
     * @param tokens the added tokens, or all, as {@link #needsAll} has said
     * @param removed the removed tokens
     * @throws MediumFullException if there is no room for them
     */
    void save(List<ShortLivedToken> tokens, List<ShortLivedToken> removed) throws IOException;

    /** Whether it removes expired tokens by itself. */
    boolean expires();

    /**
     * Finds a token that another hub may have added.
     *
     * @param copier puts the token into memory; may be called more than once
     * @return the token; empty if there is none, or no other hub, or another hub has removed it meanwhile
     */
    Optional<ShortLivedToken> find(String name, Consumer<ShortLivedToken> copier) throws IOException;

    /** Whether tokens that other hubs have removed are gone here, too. */
    boolean isCurrent();

    @Override
    void close();

    /** There is no room for more tokens. */
    final class MediumFullException extends IOException {
        private static final long serialVersionUID = 1;

        MediumFullException(String message) {
            super(message);
        }
    }
}
