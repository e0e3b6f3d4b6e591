package io.datahub.ssh.sftp;

import io.datahub.api.Refusal;
import io.datahub.api.path.RecordPath;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.TransferMetrics;
import io.datahub.ssh.session.TransferMetrics.Protocol;
import java.util.stream.Collectors;

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
        String reason = refusal.violations().isEmpty()
                ? ": " + refusal.detail()
                : refusal.violations().stream()
                        .limit(MAX_SHOWN)
                        .map(each -> " by " + each.validator()
                                + (each.line() > 0 ? ": line " + each.line() + ", column " + each.column() : "") + ": "
                                + each.message())
                        .collect(Collectors.joining(";"));
        errors.show("datahub: " + path + " refused" + printable(reason));
    }

    private static final int MAX_SHOWN = 5;

    private static String printable(String text) {
        return text.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
