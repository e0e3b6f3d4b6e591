package io.datahub.api.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The events of kept topics. They have numbers of the same numbering as the entries of the {@link LedgerJournal}, so that
 * one number is a position in both, and whatever proves that entries up to a number are replicated proves it for events,
 * too. Numbers are given in the order of commits and never again; no event becomes visible after one with a later number.
 */
@ProviderType
public interface LedgerEvents {

    /** Maximum number of events in one call of {@link #append}. */
    int MAX_EVENTS = 1_024;

    /**
     * What became of an appended event.
     *
     * @param number its number; if it is repeated, that of the event that it repeats
     * @param isRepeated whether an event with the same identity was appended before: this one wasn't
     */
    record Appended(long number, boolean isRepeated) {}

    /**
     * A page.
     *
     * @param events the events, oldest first
     * @param next the number up to which events were examined; there may be further ones after it
     */
    record Page(List<LedgerEvent> events, long next) {
        public Page {
            events = List.copyOf(events);
        }
    }

    /**
     * The events that a rule has kept.
     *
     * @param trimmed the number of the newest event that was deleted; 0 if none was
     * @param events how many there are
     * @param bytes the sum of their lengths
     */
    record Kept(long trimmed, long events, long bytes) {}

    /**
     * What a rule keeps.
     *
     * @param age how long an event is kept
     * @param maxBytes the largest sum of lengths
     */
    record Bounds(Duration age, long maxBytes) {}

    /**
     * How many newest events of topics are kept; beyond, topics that weren't published to for longest are removed.
     *
     * @param topics the largest number of topics
     * @param maxBytes the largest sum of lengths
     */
    record LastBounds(long topics, long maxBytes) {}

    /**
     * Appends events, in this order, in one transaction and one round trip. When this returns, they are replicated, and
     * so is everything with a smaller number.
     *
     * <p>The ledger remembers the answer to the latest batch of each writer. A writer numbers its batches, and sends the next
     * one only after it knows the answer; asked again with the same number, the ledger gives the same answer and appends
     * nothing.
     *
     * @param writer identifies one start of one hub: random
     * @param batch the number of the batch, higher than that of the writer's batch before
     * @param events 1 to {@link #MAX_EVENTS} events
     * @return an answer for each, in the same order
     * @throws UnknownFateException if it isn't known whether they were appended
     * @throws IOException if the ledger is unreachable, or a blob of an event was given up, and none was appended
     * @throws IllegalArgumentException if there are none or too many
     */
    List<Appended> append(UUID writer, long batch, List<NewLedgerEvent> events) throws IOException;

    /**
     * Reads events, oldest first. One call examines a limited number of events, so the page may be empty although there
     * are matching ones further on.
     *
     * @param after the number after which to begin
     * @param upTo the number of the last event that may be read: usually the one up to which the journal is confirmed
     * @param prefixes reads only events of topics that begin with one of them; one may be empty, for all
     * @param limit the maximum number of events, at least 1
     * @param maxBytes ends the page before an event in the ledger itself that would make it longer; the first always
     *     fits
     * @return a page, with events that only the rule for newest ones has kept, too
     * @throws IOException if the ledger is unreachable
     */
    Page read(long after, long upTo, Collection<String> prefixes, int limit, int maxBytes) throws IOException;

    /**
     * Reads the newest events, however many others are newer.
     *
     * @param upTo the number of the last event that may be read
     * @param prefixes reads only events of topics that begin with one of them; one may be empty, for all
     * @param limit the maximum number of events, at least 1
     * @param maxBytes omits older events that would make the result longer; the newest always fits
     * @return the newest of them, oldest first
     * @throws IOException if the ledger is unreachable
     */
    List<LedgerEvent> newest(long upTo, Collection<String> prefixes, int limit, int maxBytes) throws IOException;

    /**
     * What each rule has kept, also those that no hub has any more. Whoever reads this after a page knows whether
     * something was missing there.
     *
     * @return what was kept, by the prefix of the rule
     * @throws IOException if the ledger is unreachable
     */
    Map<String, Kept> rules() throws IOException;

    /**
     * The newest events of topics, in a fixed order.
     *
     * @param prefix reads only topics that begin so; empty for all
     * @param after topics after this one; empty starts at the first
     * @param limit the maximum number of events, at least 1
     * @return the newest event of each topic; fewer than the limit only if there are no more
     * @throws IOException if the ledger is unreachable
     */
    List<LedgerEvent> last(String prefix, String after, int limit) throws IOException;

    /**
     * Trims what is too old or too much, for some seconds at most. Blobs of deleted events are dead. Identities that are no
     * longer recognized are forgotten, and events that no rule keeps once every hub has seen them.
     *
     * @param keep what rules keep, by their prefix; one that isn't among them any more goes on within the bounds that it had last
     * @param last how many topics have a newest event, by prefix; a topic belongs to the longest of them, and one that
     *     belongs to none keeps its newest event
     * @return whether there may be more to trim
     * @throws IOException if the ledger is unreachable
     */
    boolean trim(Map<String, Bounds> keep, Map<String, LastBounds> last) throws IOException;

    /**
     * Notes that a hub has rules by which newest events of topics are kept. Each hub says so at least once a minute.
     *
     * @param prefixes the prefixes of its rules
     * @throws IOException if the ledger is unreachable
     */
    void useLast(Collection<String> prefixes) throws IOException;

    /**
     * Deletes newest events of rules that no hub has had for a while, but those that another rule covers; some of them.
     * The time in which no hub calls this counts as two minutes at most, so hubs that were all stopped find their newest
     * events again.
     *
     * @param unused how long no hub has had the rule
     * @return whether there may be more to delete
     * @throws IOException if the ledger is unreachable
     */
    boolean forgetLast(Duration unused) throws IOException;
}
