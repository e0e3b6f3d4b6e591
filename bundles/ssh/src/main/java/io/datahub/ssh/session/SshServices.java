package io.datahub.ssh.session;

import io.datahub.api.Home;
import io.datahub.api.event.EventBroker;
import io.datahub.api.record.LastingDrafts;
import io.datahub.api.record.RecordStore;
import io.datahub.api.user.Authenticator;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/**
 * The hub's services that the sessions use.
 *
 * @param store the records
 * @param drafts uploads that are resumed after a cut
 * @param broker lists the sessions, and keeps their logins current
 * @param authenticator verifies credentials
 * @param home the hub's directories
 * @param workers runs short tasks that block, such as the store's I/O, which the transport's own threads must not
 * @param commands runs commands with blocking streams
 * @param logins runs what follows from the results of logins
 * @param metrics counts what is transferred
 */
public record SshServices(
        RecordStore store,
        LastingDrafts drafts,
        EventBroker broker,
        Authenticator authenticator,
        Home home,
        ExecutorService workers,
        CommandThreads commands,
        Executor logins,
        TransferMetrics metrics) {}
