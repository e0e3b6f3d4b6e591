package io.datahub.auth;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Component;

/**
 * Receives the store's changes of the users record and forwards them. A separate component, because the store looks up
 * its listeners while it starts and couldn't get one that depends on the store.
 */
@Component(
        name = "io.datahub.auth.changes",
        service = {ChangeListener.class, UsersRecordListener.class})
public final class UsersRecordListener implements ChangeListener {

    private volatile Optional<ChangeListener> next = Optional.empty();

    /** Sets the receiver to which changes are forwarded, replacing the previous one. */
    void forwardTo(ChangeListener receiver) {
        next = Optional.of(receiver);
    }

    /** Stops forwarding changes. */
    void stop() {
        next = Optional.empty();
    }

    @Override
    public CompletionStage<Void> changed(Change change) {
        return next.filter(receiver -> change.path().equals(RecordPath.USERS))
                .map(receiver -> receiver.changed(change))
                .orElse(DONE);
    }
}
