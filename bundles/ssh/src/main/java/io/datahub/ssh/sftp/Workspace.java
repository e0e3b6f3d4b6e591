package io.datahub.ssh.sftp;

import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.ssh.session.RefusalText;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.TransferMetrics;
import io.datahub.ssh.session.TransferMetrics.Protocol;
import io.datahub.ssh.sftp.file.OwnDrafts;

/**
 * What the requests of a channel share. Used by one thread at a time.
 *
 * @param session the connection
 * @param handles what is open
 * @param drafts the user's unfinished uploads
 * @param removals removals that wait for the next request
 * @param refused uploads that were refused a moment ago
 * @param errors shows lines to the client's user
 */
record Workspace(
        SshSession session,
        Handles handles,
        OwnDrafts drafts,
        HeldRemovals removals,
        RefusedUploads refused,
        ErrorLines errors) {

    /** Shows lines on the standard error of a client. */
    interface ErrorLines {

        /** Shows a line, which has no line break. */
        void show(String line);
    }

    /** Tells the client's user why a file isn't stored, since many clients don't show the text of a status. */
    void showRefusal(RecordPath path, Refusal refusal) {
        session.count(Protocol.SFTP, TransferMetrics.Result.REFUSED);
        errors.show("datahub: " + path + ": " + RefusalText.of(refusal));
    }
}
