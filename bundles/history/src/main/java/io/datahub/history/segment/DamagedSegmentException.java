package io.datahub.history.segment;

import java.io.IOException;

/** The disk has damaged a record of a segment. */
public final class DamagedSegmentException extends IOException {

    private static final long serialVersionUID = 1;

    private final transient Segment segment;

    DamagedSegmentException(Segment segment, long offset) {
        super("the disk has damaged " + segment.file() + " at " + offset);
        this.segment = segment;
    }

    public Segment segment() {
        return segment;
    }
}
