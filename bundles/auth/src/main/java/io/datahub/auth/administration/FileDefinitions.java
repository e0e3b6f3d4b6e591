package io.datahub.auth.administration;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.UserDefinition;
import io.datahub.api.user.UserDefinitions;
import io.datahub.auth.record.UsersEditor;
import io.datahub.auth.record.UsersRecord;
import io.datahub.auth.record.UsersVersion;
import io.datahub.auth.users.DefinitionEdit;
import io.datahub.auth.users.InvalidUsersException;
import io.datahub.auth.users.StoredUser;
import io.datahub.auth.users.UsersReader;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * The component that changes the definitions of users in the users file. The audit log has what changed, and who did it.
 */
@Component(name = "io.datahub.auth.definitions")
public final class FileDefinitions implements UserDefinitions {

    private final UsersRecord record;
    private final UsersEditor editor;
    private final Administrators administrators;

    @Activate
    public FileDefinitions(@Reference RecordStore store, @Reference Authenticator authenticator) {
        record = new UsersRecord(store);
        editor = new UsersEditor(record);
        administrators = new Administrators(authenticator);
    }

    @Override
    public Result<List<UserDefinition>> all(Login actor) throws IOException {
        Optional<Refusal> refusal = administrators.refusal(actor, "users, or sees their definitions");
        return refusal.isPresent()
                ? Result.refused(refusal.get())
                : record.read().then(FileDefinitions::definitions);
    }

    private static Result<List<UserDefinition>> definitions(UsersVersion version) {
        try {
            return Result.done(UsersReader.read(version.bytes()).all().stream()
                    .map(StoredUser::definition)
                    .toList());
        } catch (InvalidUsersException e) {
            return Result.refused(Reason.FAILED, RecordPath.USERS + " can't be read: " + e.getMessage());
        }
    }

    @Override
    public Result<Optional<UserDefinition>> change(Login actor, String name, Change change) throws IOException {
        Optional<Refusal> refusal = administrators.refusal(actor, "users");
        return refusal.isPresent()
                ? Result.refused(refusal.get())
                : editor.rewrite(
                        actor.user(),
                        (users, bytes, output) -> rewrite(new DefinitionEdit(users, name, bytes), change, output));
    }

    private static Result<Optional<UserDefinition>> rewrite(DefinitionEdit edit, Change change, Consumer<byte[]> output)
            throws InvalidUsersException {
        Result<Optional<UserDefinition>> wanted = change.apply(edit.present());
        if (wanted.isRefused()) {
            return wanted;
        }
        output.accept(edit.to(wanted.get()));
        return Result.done(wanted.get().map(edit::result));
    }
}
