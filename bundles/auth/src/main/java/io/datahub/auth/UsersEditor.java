package io.datahub.auth;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.Change;
import io.datahub.api.record.RecordPath;
import io.datahub.api.user.User;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Changes the users record. Each change goes into the version that is there now, on the condition that nobody replaces it
 * meanwhile; if somebody does, it goes into theirs. So edits from several hands never lose one another. For any thread;
 * blocks.
 */
final class UsersEditor {

    private static final int TRIES = 20;
    private static final long WAIT_SECONDS = 10;

    private final UsersRecord record;
    private final ReentrantLock own = new ReentrantLock(true);

    /** A change of tokens, or the refusal to make it. */
    interface Step<T> {
        Result<T> to(TokenEdit edit) throws InvalidUsersException;
    }

    UsersEditor(UsersRecord record) {
        this.record = record;
    }

    /**
     * Changes the tokens of one user.
     *
     * @param author who is written down for it
     * @param user whose tokens; refused with {@link Reason#NOT_FOUND} if there is no such user
     * @param change makes the change, or refuses it; may be called several times
     * @return what the change returned, once the new version is in force
     */
    <T> Result<T> edit(User author, String user, Step<T> change) throws IOException {
        boolean mine = false;
        try {
            mine = own.tryLock(WAIT_SECONDS, TimeUnit.SECONDS);
            return mine ? tryEdit(author, user, change) : Result.refused(busy());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Result.refused(busy());
        } finally {
            if (mine) {
                own.unlock();
            }
        }
    }

    private <T> Result<T> tryEdit(User author, String user, Step<T> change) throws IOException {
        for (int i = 0; i < TRIES; i++) {
            Result<UsersVersion> read = record.read();
            if (read.isRefused()) {
                return Result.refused(read.refusal().orElseThrow());
            }
            try {
                Users users = UsersReader.read(read.get().bytes());
                if (users.named(user).isEmpty()) {
                    return Result.refused(Reason.NOT_FOUND, "there is no user named " + user);
                }
                TokenEdit edit = new TokenEdit(users, user, read.get().bytes());
                Result<T> changed = change.to(edit);
                if (changed.isRefused()) {
                    return changed;
                }
                Result<Change> written = record.replace(author, read.get(), edit.bytes());
                if (!written.isRefused()) {
                    return changed;
                }
                if (!isOvertaken(written.refusal().orElseThrow())) {
                    return Result.refused(written.refusal().orElseThrow());
                }
            } catch (InvalidUsersException | IllegalArgumentException e) {
                return Result.refused(
                        Reason.FAILED,
                        RecordPath.USERS + " can't be edited by the hub (" + e.getMessage() + "); edit it by hand");
            }
        }
        return Result.refused(busy());
    }

    private static boolean isOvertaken(Refusal refusal) {
        return refusal.reason() == Reason.PRECONDITION_FAILED || refusal.reason() == Reason.CONFLICT;
    }

    private static Refusal busy() {
        return Refusal.unavailable(
                RecordPath.USERS + " is being changed all the time; try again in a moment", Duration.ofSeconds(1));
    }
}
