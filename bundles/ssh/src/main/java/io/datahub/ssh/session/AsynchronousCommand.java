package io.datahub.ssh.session;

import java.io.InputStream;
import java.io.OutputStream;
import org.apache.sshd.common.io.IoInputStream;
import org.apache.sshd.server.command.AsyncCommand;

/** A command that receives its input as data of its channel, and writes to asynchronous streams only. */
public abstract class AsynchronousCommand implements AsyncCommand {

    @Override
    public final void setIoInputStream(IoInputStream stream) {
        // input arrives as data
    }

    @Override
    public final void setInputStream(InputStream stream) {
        // input arrives as data
    }

    @Override
    public final void setOutputStream(OutputStream stream) {
        // only the asynchronous stream is used
    }

    @Override
    public final void setErrorStream(OutputStream stream) {
        // only the asynchronous stream is used
    }
}
