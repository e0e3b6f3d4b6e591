package io.datahub.api;

import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * The result of a request: either done, with a value, or refused. A refusal is a regular outcome and not a failure;
 * failures are exceptions.
 *
 * @param <T> the type of the value
 */
public sealed interface Result<T> {

    /**
     * The request was carried out.
     *
     * @param <T> the type of the value
     * @param value its result
     */
    record Done<T>(T value) implements Result<T> {
        public Done {
            Objects.requireNonNull(value);
        }
    }

    /**
     * The request was refused and nothing has changed.
     *
     * @param <T> the type of the value that there would be
     * @param reason why
     */
    record Refused<T>(Refusal reason) implements Result<T> {
        public Refused {
            Objects.requireNonNull(reason);
        }
    }

    /**
     * The request was carried out.
     *
     * @param <T> the type of the value
     * @param value its result
     * @return the result
     */
    static <T> Result<T> done(T value) {
        return new Done<>(value);
    }

    /**
     * The request was refused.
     *
     * @param <T> the type of the value that there would be
     * @param refusal why
     * @return the result
     */
    static <T> Result<T> refused(Refusal refusal) {
        return new Refused<>(refusal);
    }

    /**
     * The request was refused.
     *
     * @param <T> the type of the value that there would be
     * @param reason the kind of refusal
     * @param detail one sentence that states the cause and the remedy
     * @return the result
     */
    static <T> Result<T> refused(Reason reason, String detail) {
        return new Refused<>(new Refusal(reason, detail));
    }

    /**
     * The refusal, or empty when the request was carried out.
     *
     * @return the refusal
     */
    default Optional<Refusal> refusal() {
        return this instanceof Refused<T> refused ? Optional.of(refused.reason()) : Optional.empty();
    }

    /**
     * Whether the request was refused.
     *
     * @return whether it was
     */
    default boolean isRefused() {
        return this instanceof Refused<T>;
    }

    /**
     * The value of a request that was carried out.
     *
     * @return the value
     * @throws NoSuchElementException if it was refused
     */
    default T get() {
        if (this instanceof Done<T> done) {
            return done.value();
        }
        throw new NoSuchElementException("refused: " + refusal().orElseThrow().detail());
    }

    /**
     * Continues with the value, or passes the refusal on.
     *
     * @param next computes the next result from the value
     * @param <U> the type of the next value
     * @return the next result, or the refusal
     */
    default <U> Result<U> then(Function<? super T, Result<U>> next) {
        return this instanceof Done<T> done
                ? next.apply(done.value())
                : refused(refusal().orElseThrow());
    }
}
