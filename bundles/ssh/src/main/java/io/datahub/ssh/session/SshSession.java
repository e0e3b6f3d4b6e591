package io.datahub.ssh.session;

import io.datahub.api.event.CloseReason;
import io.datahub.api.event.EventSink;
import io.datahub.api.event.Session;
import io.datahub.api.event.SessionId;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.Precondition;
import io.datahub.api.record.RecordStore;
import io.datahub.api.record.WriteRequest;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.api.user.User;
import io.datahub.ssh.session.TransferMetrics.Protocol;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;

/**
 * The connection of a client that has logged in, for the handlers of its channels. Its login is kept current: when the
 * user or its credential is gone, the connection ends within a second. To the rest of the hub it is a session without
 * subscriptions. Thread-safe.
 */
public final class SshSession {

    private final SshServices services;
    private final Consumer<CloseReason> disconnect;
    private final WorkerLane lane;
    private final Session session;
    private volatile Login login;
    private volatile boolean lost;
    private volatile boolean ended;

    /**
     * Opens the session of a client that has just logged in.
     *
     * @param services the hub's services
     * @param login the client's login
     * @param disconnect disconnects the client; called on any thread, so it must not block
     */
    public SshSession(SshServices services, Login login, Consumer<CloseReason> disconnect) {
        this.services = services;
        this.login = login;
        this.disconnect = disconnect;
        lane = new WorkerLane(services.workers());
        session = services.broker().open(login, new Sink());
    }

    /** The session's number among those of the hub, as {@code datahub:clients} shows it. */
    public SessionId id() {
        return session.info().id();
    }

    /** The current login. */
    public Login login() {
        return login;
    }

    /** The user with its current grants. */
    public User user() {
        return login.user();
    }

    /** Where the client connects from. */
    public Origin origin() {
        return login.origin();
    }

    /** The user as the users file has it at this moment; empty if the login isn't valid any more. */
    public Optional<User> currentUser() {
        return services.authenticator().renew(login).map(Login::user);
    }

    /** A request of this client to write a record, without conditions. */
    public WriteRequest request(RecordPath path) {
        return new WriteRequest(
                user(),
                origin().toString(),
                path,
                Precondition.NONE,
                OptionalLong.empty(),
                Map.of(),
                this::currentUser);
    }

    /** The records. */
    public RecordStore store() {
        return services.store();
    }

    /** Uploads that are resumed after a cut. */
    public LastingDrafts drafts() {
        return services.drafts();
    }

    /** The hub's services. */
    public SshServices services() {
        return services;
    }

    /**
     * Runs a short task that blocks, like {@link #workers}, but only a few at once for this connection, so that others
     * get their turns.
     *
     * @throws RejectedExecutionException while the endpoint stops
     */
    public void execute(Runnable task) {
        lane.execute(task);
    }

    /** Runs short tasks that block, such as I/O of the store. It rejects tasks while the endpoint stops. */
    public ExecutorService workers() {
        return services.workers();
    }

    /**
     * Runs a command with blocking streams on a thread of its own; or ends it with status 1 and a sentence, without
     * waiting for the client, if there are too many commands at once, in total or of the user, or while the endpoint
     * stops.
     *
     * @param channel the command's channel
     * @param exit ends the command if it can't run
     * @param command the command
     */
    public void run(ChannelSession channel, ExitCallback exit, Runnable command) {
        try {
            services.commands().run(user().name(), command);
        } catch (RejectedExecutionException e) {
            new LateRefusal(channel, exit).refuse("there are too many commands at once; try again later");
        }
    }

    /** Counts a file that was transferred or refused. */
    public void count(Protocol protocol, TransferMetrics.Result result) {
        services.metrics().count(protocol, result);
    }

    /**
     * Whether the session must end, since its login is lost, for example: nothing may be done for the client any more,
     * even while its connection is still there because it doesn't read.
     */
    public boolean isLost() {
        return lost;
    }

    /** Whether the client is connected and permitted to be. */
    public boolean isOpen() {
        return !ended;
    }

    /** Ends the session; called when the connection is closed. */
    public void end() {
        ended = true;
        session.close();
    }

    /** The user and its address, for logs. */
    @Override
    public String toString() {
        return login.toString();
    }

    /** The broker's view: there are no events for this session, but its login is renewed and may be lost. */
    private final class Sink implements EventSink {

        @Override
        public void ready() {
            // has no subscriptions
        }

        @Override
        public void resume() {
            // publishes nothing
        }

        @Override
        public void renewed(Login renewed) {
            login = renewed;
        }

        @Override
        public void ended(CloseReason reason) {
            lost = true;
            disconnect.accept(reason);
        }
    }
}
