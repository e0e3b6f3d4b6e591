package io.datahub.auth;

import io.datahub.api.record.Change;
import io.datahub.api.record.ChangeListener;
import io.datahub.api.record.RecordPath;
import java.util.Optional;
import java.util.function.Consumer;
import org.osgi.service.component.annotations.Component;

/**
 * Hears from the store of changes of the users record and hands them on. A component of its own, since the store, which
 * looks for its listeners while it starts, couldn't get one that needs the store.
 */
@Component(
        name = "io.datahub.auth.changes",
        service = {ChangeListener.class, UsersChanges.class})
public final class UsersChanges implements ChangeListener {

    private volatile Optional<Consumer<Change>> next = Optional.empty();

    /** Hands changes on to this one, and to no other any more. */
    void handTo(Consumer<Change> receiver) {
        next = Optional.of(receiver);
    }

    /** Hands changes on to nobody. */
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
