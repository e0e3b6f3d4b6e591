package io.datahub.auth;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry;
import io.datahub.auth.StoredCredential.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Issues tokens. Each goes into the version of the users file that is there now, on the condition that nobody changes it
 * meanwhile; if somebody does, it goes into theirs. So edits from several hands never lose one another.
 */
final class TokenDesk implements UserRegistry {

    private static final int TRIES = 20;
    private static final int MAX_LABEL = 100;

    private final Supplier<Users> inForce;
    private final UsersRecord record;
    private final Clock clock;
    private final AuditLog audit;

    TokenDesk(Supplier<Users> inForce, UsersRecord record, Clock clock, AuditLog audit) {
        this.inForce = inForce;
        this.record = record;
        this.clock = clock;
        this.audit = audit;
    }

    @Override
    public List<Account> accounts() {
        return inForce.get().all().stream()
                .sorted(Comparator.comparing(StoredUser::name))
                .map(StoredUser::account)
                .toList();
    }

    @Override
    public Result<String> issueToken(User actor, String user, String label, Optional<Instant> expires)
            throws IOException {
        Optional<Refusal> fault = fault(actor, user, label, expires);
        if (fault.isPresent()) {
            return Result.refused(fault.get());
        }
        String token = Tokens.random();
        for (int i = 0; i < TRIES; i++) {
            Result<Change> entered = enter(actor, user, token, label, expires);
            Optional<Reason> refusal = entered.refusal().map(Refusal::reason);
            if (refusal.isEmpty()) {
                audit.tokenIssued(user, label, actor.toString());
                return Result.done(token);
            }
            if (refusal.get() != Reason.PRECONDITION_FAILED) {
                return Result.refused(entered.refusal().orElseThrow());
            }
        }
        return Result.refused(Refusal.unavailable(
                RecordPath.USERS + " is being changed all the time; try again in a moment", Duration.ofSeconds(1)));
    }

    private Optional<Refusal> fault(User actor, String user, String label, Optional<Instant> expires) {
        if (!actor.isAdmin() && !actor.name().equals(user)) {
            return refusal(Reason.FORBIDDEN, "only an administrator issues tokens for others");
        }
        if (user.equals(User.ANONYMOUS)) {
            return refusal(Reason.BAD_REQUEST, "the user anonymous comes without a token");
        }
        if (label.length() > MAX_LABEL || label.codePoints().anyMatch(TokenDesk::isUnfit)) {
            return refusal(
                    Reason.BAD_REQUEST, "a label has at most " + MAX_LABEL + " characters and no control characters");
        }
        if (expires.isPresent() && !expires.get().isAfter(clock.instant())) {
            return refusal(Reason.BAD_REQUEST, "expires lies in the past; give a time to come, or none");
        }
        return Optional.empty();
    }

    private static boolean isUnfit(int c) {
        return Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF) || c == 0xFFFE || c == 0xFFFF;
    }

    private static Optional<Refusal> refusal(Reason reason, String detail) {
        return Optional.of(new Refusal(reason, detail));
    }

    private Result<Change> enter(User actor, String user, String token, String label, Optional<Instant> expires)
            throws IOException {
        Result<Version> read = record.read();
        if (read.isRefused()) {
            return Result.refused(read.refusal().orElseThrow());
        }
        Version version = read.get();
        String sha256 = Hashes.sha256(token.getBytes(StandardCharsets.UTF_8));
        try {
            int place = UsersReader.read(version.bytes()).place(user);
            if (place < 0) {
                return Result.refused(Reason.NOT_FOUND, "there is no user named " + user);
            }
            byte[] edited = new UsersText(version.bytes()).withToken(place, sha256, label, clock.instant(), expires);
            check(edited, sha256, user);
            return record.replace(actor.isAdmin() ? actor : User.HUB, version, edited);
        } catch (InvalidUsersException | IllegalArgumentException e) {
            return Result.refused(
                    Reason.FAILED,
                    RecordPath.USERS + " can't be edited by the hub (" + e.getMessage() + "); add the token by hand");
        }
    }

    /** Reads the edited text once more: the token must be where it belongs. */
    private static void check(byte[] edited, String sha256, String user) throws InvalidUsersException {
        boolean there = UsersReader.read(edited)
                .owning(Kind.TOKEN, sha256)
                .filter(owned -> owned.owner().name().equals(user))
                .isPresent();
        if (!there) {
            throw new InvalidUsersException("the edit went wrong", null);
        }
    }
}
