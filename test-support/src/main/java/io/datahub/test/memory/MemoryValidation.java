package io.datahub.test.memory;

import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.validation.Candidate;
import io.datahub.api.validation.PathPattern;
import io.datahub.api.validation.Validator;
import io.datahub.api.validation.ValidatorId;
import io.datahub.api.validation.Violation;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Runs validators on the thread of the writer. Thread-safe. */
final class MemoryValidation {

    private record Registered(ValidatorId id, PathPattern pattern, Validator validator) {}

    private final List<Registered> registered = new CopyOnWriteArrayList<>();

    void add(ValidatorId id, String pattern, Validator validator) {
        registered.add(new Registered(id, PathPattern.of(pattern), validator));
    }

    /** The validators that accepted the bytes, or the refusal. */
    Result<List<ValidatorId>> validate(Bytes candidate) {
        List<ValidatorId> accepted = new ArrayList<>();
        List<Violation> violations = new ArrayList<>();
        for (Registered each : registered) {
            if (each.pattern.matches(candidate.path())) {
                try {
                    each.validator.validate(candidate).violations().stream()
                            .map(violation -> violation.attributedTo(each.id))
                            .forEach(violations::add);
                } catch (Exception e) {
                    return Result.refused(
                            Refusal.unavailable("the validator " + each.id + " failed: " + e, Duration.ofSeconds(1)));
                }
                accepted.add(each.id);
            }
        }
        return violations.isEmpty() ? Result.done(accepted) : Result.refused(Refusal.invalid(violations));
    }

    /** Bytes that are being validated. */
    static final class Bytes implements Candidate {

        private final RecordPath path;
        private final Optional<String> user;
        private final byte[] bytes;
        private final String sha256;
        private final Optional<byte[]> previous;
        private boolean compared;

        /** @param previous the bytes of the version that would be replaced */
        Bytes(RecordPath path, Optional<String> user, byte[] bytes, String sha256, Optional<byte[]> previous) {
            this.path = path;
            this.user = user;
            this.bytes = bytes;
            this.sha256 = sha256;
            this.previous = previous;
        }

        /** Whether a validator asked for the previous version. */
        boolean wasCompared() {
            return compared;
        }

        @Override
        public RecordPath path() {
            return path;
        }

        @Override
        public Optional<String> user() {
            return user;
        }

        @Override
        public long size() {
            return bytes.length;
        }

        @Override
        public String sha256() {
            return sha256;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes);
        }

        @Override
        public Optional<InputStream> openPrevious() {
            compared = true;
            return previous.map(ByteArrayInputStream::new);
        }
    }
}
