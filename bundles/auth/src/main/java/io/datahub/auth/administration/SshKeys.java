package io.datahub.auth.administration;

import io.datahub.api.Reason;
import io.datahub.api.Refusal;
import io.datahub.api.Result;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.Authenticator;
import io.datahub.api.user.Login;
import io.datahub.api.user.SshKeyRegistry;
import io.datahub.api.user.SshPublicKey;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.auth.record.UsersEditor;
import io.datahub.auth.record.UsersRecord;
import io.datahub.auth.users.StoredCredential;
import io.datahub.auth.users.StoredCredential.Kind;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The component that adds and removes SSH keys in the users file. The audit log has them as changes of the users. */
@Component(name = "io.datahub.auth.keys")
public final class SshKeys implements SshKeyRegistry {

    private static final int MAX_LABEL = 100;

    private final UsersEditor editor;
    private final Administrators administrators;

    @Activate
    public SshKeys(@Reference RecordStore store, @Reference Authenticator authenticator) {
        editor = new UsersEditor(new UsersRecord(store));
        administrators = new Administrators(authenticator);
    }

    @Override
    public Result<Credential> add(Login actor, String user, SshPublicKey key, String label) throws IOException {
        if (user.equals(User.ANONYMOUS)) {
            return Result.refused(Reason.BAD_REQUEST, "the user anonymous can't have a key");
        }
        if (label.codePointCount(0, label.length()) > MAX_LABEL
                || label.codePoints().anyMatch(SshKeys::isInvalid)) {
            return Result.refused(
                    Reason.BAD_REQUEST, "a label has at most " + MAX_LABEL + " characters and no control characters");
        }
        StoredCredential added = new StoredCredential(
                Kind.SSH_KEY, key.sha256(), label, Optional.empty(), Optional.empty(), Optional.empty());
        return edit(actor, user, edit -> {
            Optional<String> owner = edit.before()
                    .credential(added.name())
                    .map(owned -> owned.owner().name());
            if (owner.isPresent()) {
                return Result.refused(Reason.CONFLICT, "the user " + owner.get() + " has this key already");
            }
            edit.addKey(added, key);
            return Result.done(added.described(Optional.empty()));
        });
    }

    private static boolean isInvalid(int c) {
        return Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE || (c & 0xFFFE) == 0xFFFE;
    }

    @Override
    public Result<Credential> remove(Login actor, String user, String key) throws IOException {
        return edit(actor, user, edit -> {
            List<StoredCredential> matching = edit.user().credentials().stream()
                    .filter(credential -> credential.kind() == Kind.SSH_KEY)
                    .filter(credential -> credential.id().equals(key)
                            || (!key.isEmpty() && credential.label().equals(key)))
                    .toList();
            if (matching.size() != 1) {
                return Result.refused(
                        matching.isEmpty() ? Reason.NOT_FOUND : Reason.CONFLICT,
                        matching.isEmpty()
                                ? "the user " + user + " has no SSH key with that label or fingerprint (SHA256:…)"
                                : "several keys of " + user + " have that label; choose one by its fingerprint");
            }
            edit.removeKey(matching.get(0));
            return Result.done(matching.get(0).described(Optional.empty()));
        });
    }

    private Result<Credential> edit(Login actor, String user, UsersEditor.Step<Credential> change) throws IOException {
        Optional<Refusal> refusal = administrators.refusal(actor, "SSH keys");
        return refusal.isPresent() ? Result.refused(refusal.get()) : editor.edit(actor.user(), user, change);
    }
}
