package io.datahub.auth;

import io.datahub.api.path.RecordPath;
import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Component;

/**
 * Receives the store's changes of the users record and forwards them. A separate component, because the store looks up
 * its listeners while it starts and couldn't get one that depends on the store.
 */
@Component(
        name = "io.datahub.auth.changes",
        service = {ChangeListener.class, UsersRecordListener.class})
public final class UsersRecordListener implements ChangeListener {

    private volatile Optional<Consumer<Change>> next = Optional.empty();

    /** Sets the receiver to which changes are forwarded, replacing the previous one. */
    void forwardTo(Consumer<Change> receiver) {
        next = Optional.of(receiver);
    }

    /** Stops forwarding changes. */
    void stop() {
        next = Optional.empty();
    }

    @Override
    public void changed(Change change) {
        if (change.path().equals(RecordPath.USERS)) {
            next.ifPresent(receiver -> receiver.accept(change));
        }
    }
}
