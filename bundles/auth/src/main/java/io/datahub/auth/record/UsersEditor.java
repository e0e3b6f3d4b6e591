package io.datahub.auth.record;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.user.User;
import io.datahub.auth.users.InvalidUsersException;
import io.datahub.auth.users.TokenEdit;
import io.datahub.auth.users.Users;
import io.datahub.auth.users.UsersReader;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Edits the users record with optimistic locking. Each edit is applied to the current version and written on the
 * condition that it is still current; if it was modified concurrently, the edit is applied to the new version. So
 * concurrent edits are never lost. Thread-safe; blocks.
 */
public final class UsersEditor {

    private static final int MAX_ATTEMPTS = 20;
    private static final long WAIT_SECONDS = 10;

    private final UsersRecord record;
    private final ReentrantLock lock = new ReentrantLock(true);

    /** An edit of tokens, which may be refused. */
    public interface Step<T> {
        Result<T> to(TokenEdit edit) throws InvalidUsersException;
    }

    /** An edit of the file as a whole, which may be refused. */
    public interface Rewrite<T> {
        /**
         * Edits a version.
         *
         * @param output takes the new version, unless the edit is refused
         */
        Result<T> of(Users users, byte[] bytes, Consumer<byte[]> output) throws InvalidUsersException;
    }

    public UsersEditor(UsersRecord record) {
        this.record = record;
    }

    /**
     * Edits the tokens of one user.
     *
     * @param author recorded as the author of the change
     * @param user the tokens' owner; refused with {@link Reason#NOT_FOUND} if there is no such user
     * @param change applies or refuses the edit; may be called several times
     * @return the result of the edit, once the new version is in effect
     */
    public <T> Result<T> edit(User author, String user, Step<T> change) throws IOException {
        return rewrite(author, (users, bytes, output) -> {
            if (users.named(user).isEmpty()) {
                return Result.refused(Reason.NOT_FOUND, "there is no user named " + user);
            }
            TokenEdit edit = new TokenEdit(users, user, bytes);
            Result<T> changed = change.to(edit);
            if (!changed.isRefused()) {
                output.accept(edit.bytes());
            }
            return changed;
        });
    }

    /**
     * Edits the file.
     *
     * @param author recorded as the author of the change
     * @param change applies or refuses the edit; may be called several times
     * @return the result of the edit, once the new version is in effect
     */
    public <T> Result<T> rewrite(User author, Rewrite<T> change) throws IOException {
        boolean locked = false;
        try {
            locked = lock.tryLock(WAIT_SECONDS, TimeUnit.SECONDS);
            return locked ? tryRewrite(author, change) : Result.refused(busy());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Result.refused(busy());
        } finally {
            if (locked) {
                lock.unlock();
            }
        }
    }

    private <T> Result<T> tryRewrite(User author, Rewrite<T> change) throws IOException {
        for (int i = 0; i < MAX_ATTEMPTS; i++) {
            Result<UsersVersion> read = record.read();
            if (read.isRefused()) {
                return Result.refused(read.refusal().orElseThrow());
            }
            try {
                byte[] before = read.get().bytes();
                AtomicReference<byte[]> after = new AtomicReference<>(before);
                Result<T> changed = change.of(UsersReader.read(before), before, after::set);
                if (changed.isRefused() || Arrays.equals(before, after.get())) {
                    return changed;
                }
                Optional<Refusal> refusal =
                        record.replace(author, read.get(), after.get()).refusal();
                if (refusal.isEmpty()) {
                    return changed;
                }
                if (!isConcurrentModification(refusal.get())) {
                    return Result.refused(refusal.get());
                }
            } catch (InvalidUsersException | IllegalArgumentException e) {
                return Result.refused(
                        Reason.FAILED,
                        RecordPath.USERS + " can't be edited by the hub " + "(" + e.getMessage()
                                + "); edit the file directly");
            }
        }
        return Result.refused(busy());
    }

    private static boolean isConcurrentModification(Refusal refusal) {
        return refusal.reason() == Reason.PRECONDITION_FAILED || refusal.reason() == Reason.CONFLICT;
    }

    private static Refusal busy() {
        return Refusal.unavailable(
                RecordPath.USERS + " is being modified concurrently; try again in a moment", Duration.ofSeconds(1));
    }
}
