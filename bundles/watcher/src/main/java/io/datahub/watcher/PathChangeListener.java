package io.datahub.watcher;

import io.datahub.api.record.RecordPath;

/** Is told where something may have changed. Called from one thread at a time; quick. */
interface PathChangeListener {

    /** A path may have changed. */
    void touched(RecordPath path);

    /** Anything in a directory may have changed some time ago: notifications were lost. */
    void lost(RecordPath directory);

    /** Anything at all may have changed. */
    void everything();
}
