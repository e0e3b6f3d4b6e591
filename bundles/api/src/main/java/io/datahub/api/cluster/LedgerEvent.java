package io.datahub.api.cluster;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/**
 * An event of a kept topic. Immutable.
 *
 * @param number its number, of the same numbering as the entries of the journal
 * @param topic its topic
 * @param user who published it
 * @param received when a hub received it, by that hub's clock, in milliseconds
 * @param rule the prefix of the rule that keeps it; empty if only the newest event of its topic is kept
 * @param origin by which a hub recognizes what it has appended itself
 * @param content where its bytes are
 */
public record LedgerEvent(
        long number,
        String topic,
        String user,
        Instant received,
        Optional<String> rule,
        Origin origin,
        Content content) {

    public LedgerEvent {
        Objects.requireNonNull(topic);
        Objects.requireNonNull(user);
        Objects.requireNonNull(received);
        Objects.requireNonNull(rule);
        Objects.requireNonNull(origin);
        Objects.requireNonNull(content);
    }

    /**
     * Which event of which batch it is; see {@link LedgerEvents#append}.
     *
     * @param writer the writer
     * @param batch the number of the batch
     * @param item the index in the batch, from 0
     */
    public record Origin(UUID writer, long batch, int item) {}

    /**
     * The bytes of an event, in the form of {@link io.datahub.api.event.EventRun}: in the ledger itself or, if there are
     * many, in a blob of their own.
     *
     * @param inline the bytes, read-only; empty for those in a blob
     * @param blob the key of the blob; empty for bytes in the ledger
     * @param length the number of bytes
     */
    public record Content(ByteBuffer inline, Optional<String> blob, int length) {

        public Content {
            inline = inline.slice().asReadOnlyBuffer();
            Objects.requireNonNull(blob);
        }

        /**
         * Bytes in the ledger.
         *
         * @param bytes the bytes from the position to the limit; not copied, so they must not change any more
         * @return the content
         */
        public static Content of(ByteBuffer bytes) {
            return new Content(bytes, Optional.empty(), bytes.remaining());
        }

        /**
         * Bytes in a blob.
         *
         * @param key the key of the blob, which is stored already and used by nothing else
         * @param length the number of bytes
         * @return the content
         */
        public static Content in(String key, int length) {
            return new Content(ByteBuffer.allocate(0), Optional.of(key), length);
        }
    }
}
