package io.datahub.ssh.session;

import java.util.concurrent.CompletableFuture;
import org.apache.sshd.server.command.Command;

/** A command that may still hold a client's input when its channel is closed. */
public interface LastingCommand extends Command {

    /** Completed when everything is released. */
    CompletableFuture<Void> ended();
}
