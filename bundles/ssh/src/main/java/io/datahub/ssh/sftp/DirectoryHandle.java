package io.datahub.ssh.sftp;

import io.datahub.api.Result;
import io.datahub.api.path.RecordPath;
import io.datahub.api.record.LastingDraft;
import io.datahub.api.record.Listing;
import io.datahub.ssh.sftp.file.Handle;
import io.datahub.ssh.sftp.wire.Attributes;
import io.datahub.ssh.sftp.wire.LongName;
import io.datahub.ssh.sftp.wire.Output;
import io.datahub.ssh.sftp.wire.Status;
import java.io.IOException;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** A directory that is being listed, page by page. Used by one thread at a time. */
final class DirectoryHandle implements Handle {

    /** The number of entries of a page. A packet has one or two pages. */
    private static final int PAGE = 100;

    private final Workspace workspace;
    private final RecordPath directory;

    /** The user's unfinished files, which hide records of the same names. */
    private final Map<String, Attributes> drafts = new LinkedHashMap<>();

    /** The next page; null after the last. */
    private Listing next;

    /** The unfinished files that are still to be listed; null before the first page. */
    private Iterator<Map.Entry<String, Attributes>> ownFiles;

    DirectoryHandle(Workspace workspace, Listing first) throws IOException {
        this.workspace = workspace;
        directory = first.path();
        next = first;
        for (LastingDraft draft : workspace.drafts().in(directory)) {
            RecordPath path = draft.path();
            boolean hidden = !workspace.drafts().isTemporary(path)
                    && !workspace
                            .session()
                            .store()
                            .stat(workspace.session().user(), path)
                            .isRefused();
            if (!hidden) {
                drafts.putIfAbsent(path.name(), workspace.drafts().attributes(draft));
            }
        }
        for (RecordPath path : workspace.handles().written()) {
            if (path.parent().equals(directory)) {
                workspace.handles().writing(path).ifPresent(open -> drafts.put(path.name(), open.attributes()));
            }
        }
    }

    static Result<Listing> page(Workspace workspace, RecordPath directory, String after) throws IOException {
        return workspace.session().store().list(workspace.session().user(), directory, after, PAGE);
    }

    /** Answers with the next page, or the end. */
    void list(int id, Output output) throws IOException {
        Map<String, Attributes> page = new LinkedHashMap<>();
        if (ownFiles == null) {
            ownFiles = drafts.entrySet().iterator();
            page.put(".", Attributes.directory(Instant.now()));
            page.put("..", Attributes.directory(Instant.now()));
        }
        while (ownFiles.hasNext() && page.size() < PAGE) {
            Map.Entry<String, Attributes> file = ownFiles.next();
            page.put(file.getKey(), file.getValue());
        }
        while (next != null && page.size() < PAGE) {
            add(page);
        }
        if (page.isEmpty()) {
            output.status(id, Status.EOF);
            return;
        }
        Instant now = Instant.now();
        String owner = workspace.session().user().name();
        output.names(
                id,
                page.size(),
                fields -> page.forEach((name, attributes) -> {
                    fields.text(name);
                    fields.text(LongName.of(name, attributes, owner, now));
                    attributes.write(fields);
                }));
    }

    /** Adds the entries of the next page, and gets the one after it. */
    private void add(Map<String, Attributes> page) throws IOException {
        for (Listing.Entry entry : next.entries()) {
            boolean hidden = drafts.containsKey(entry.name())
                    || workspace
                            .removals()
                            .contains(directory.child(entry.name()).get());
            if (!hidden) {
                page.put(entry.name(), Attributes.of(entry));
            }
        }
        if (next.next().isEmpty()) {
            next = null;
            return;
        }
        Result<Listing> following = page(workspace, directory, next.next().get());
        next = following.isRefused() ? null : following.get(); // the directory, or the grant, is gone
    }

    @Override
    public RecordPath path() {
        return directory;
    }

    @Override
    public Attributes attributes() {
        return Attributes.directory(Instant.now());
    }

    @Override
    public Result<Outcome> close() {
        return Result.done(Outcome.NOTHING);
    }

    @Override
    public void abandon() {
        // holds nothing
    }
}
