package io.datahub.client.record;

import java.io.IOException;

/** Receives the changes of records. */
@FunctionalInterface
public interface ChangeHandler {

    /**
     * Handles a change. After this has returned it isn't received again; if it throws, or the program ends before, a
     * watch with the same file for the cursor begins with it.
     *
     * @param change the change
     * @return whether to continue
     * @throws IOException ends the watch
     * @throws InterruptedException ends the watch
     */
    boolean handle(RecordChange change) throws IOException, InterruptedException;
}
