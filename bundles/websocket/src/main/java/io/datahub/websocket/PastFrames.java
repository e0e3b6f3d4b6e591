package io.datahub.websocket;

import io.datahub.api.event.EventRun;

/**
 * The frames of events of the past, which are for one client: they are written together instead of run by run. Not
 * thread-safe.
 */
final class PastFrames {

    private final RunEncoder encoder;
    private final FrameBatch batch;
    private FrameWriter frames;

    /** @param batch where the frames are added */
    PastFrames(RunEncoder encoder, FrameBatch batch) {
        this.encoder = encoder;
        this.batch = batch;
    }

    void add(EventRun run) {
        if (frames == null) {
            frames = encoder.pastWriter();
        }
        encoder.write(run, frames);
    }

    /** Adds to the batch what was collected. */
    void end() {
        if (frames != null) {
            batch.add(frames.encoded(null));
            frames = null;
        }
    }
}
