package io.datahub.api.cluster;

import io.datahub.api.path.RecordPath;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Uploads that outlive their connection and can go on at another hub. Each has a generation: whoever takes it over
 * raises it, and changes by an earlier holder are refused from then on. A method that changes something has replicated
 * it when it returns. A draft that has expired, by the ledger's clock, is there until it is deleted; but {@link #find},
 * {@link #list} and {@link #count} omit it.
 */
@ProviderType
public interface LedgerDrafts {

    /**
     * Stores a new draft.
     *
     * @param draft the draft, with a new name; its generation and its expiry are ignored
     * @param keepFor how long it is kept
     * @return the draft with its generation and its expiry
     * @throws IOException if the ledger is unreachable, or has a draft of that name
     */
    LedgerDraft create(LedgerDraft draft, Duration keepFor) throws IOException;

    /**
     * Finds a draft, also a committed one.
     *
     * @param name its name
     * @return the draft; empty if there is none or it has expired
     * @throws IOException if the ledger is unreachable
     */
    Optional<LedgerDraft> find(String name) throws IOException;

    /**
     * Takes a draft over: raises its generation.
     *
     * @param name its name
     * @return the draft with its new generation; empty if there is none
     * @throws IOException if the ledger is unreachable
     */
    Optional<LedgerDraft> takeOver(String name) throws IOException;

    /**
     * Replaces a draft's state, under its generation. Blobs that aren't among its parts any more become dead.
     *
     * @param draft the new state; its expiry is ignored
     * @param keepFor how long it is kept from now
     * @return the draft with its expiry; empty, and nothing has changed, if it has another generation, is
     *     committed or gone, or one of its new parts was {@linkplain LedgerBlobs#condemn given up}
     * @throws IOException if the ledger is unreachable
     */
    Optional<LedgerDraft> update(LedgerDraft draft, Duration keepFor) throws IOException;

    /**
     * Deletes a draft, whoever holds it. Its parts become dead.
     *
     * @param name its name
     * @return the draft as it was; empty if there was none
     * @throws IOException if the ledger is unreachable
     */
    Optional<LedgerDraft> delete(String name) throws IOException;

    /**
     * Deletes a draft if it has expired and nobody has resumed it since. Its parts become dead.
     *
     * @param name its name
     * @return whether it was deleted
     * @throws IOException if the ledger is unreachable
     */
    boolean deleteExpired(String name) throws IOException;

    /**
     * A user's drafts that are neither committed nor expired, latest expiry first.
     *
     * @param user the owner
     * @param path a record or a directory; the root lists all, also those of unknown path
     * @return the drafts
     * @throws IOException if the ledger is unreachable
     */
    List<LedgerDraft> list(String user, RecordPath path) throws IOException;

    /**
     * The number of a user's drafts that are neither committed nor expired.
     *
     * @param user the owner
     * @return the number
     * @throws IOException if the ledger is unreachable
     */
    int count(String user) throws IOException;

    /**
     * Drafts that have expired, committed ones too, the oldest first.
     *
     * @param limit the maximum number
     * @return the drafts
     * @throws IOException if the ledger is unreachable
     */
    List<LedgerDraft> expired(int limit) throws IOException;
}
