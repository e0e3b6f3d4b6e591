package io.datahub.history.segment;

import java.util.ArrayList;
import java.util.List;

/**
 * Events in the middle of a log that are missing because the disk has damaged them. Each segment says where the one
 * before it ended, so a gap is known as long as the segment after it is kept.
 *
 * @param from the position of the last event before it
 * @param to the position of the last missing event
 */
public record Gap(Position from, Position to) {

    /** The gaps of a log, in order. */
    static List<Gap> of(List<Segment> segments, Epoch epoch) {
        List<Gap> gaps = new ArrayList<>();
        Position intact = Position.NONE;
        for (int i = 0; i + 1 < segments.size(); i++) {
            Segment segment = segments.get(i);
            String name = segment.header().epoch();
            if (segment.count() > 0) {
                intact = epoch.map(name, segment.last());
            }
            if (isBetween(segment, segments.get(i + 1)) && intact.number() > 0) {
                gaps.add(new Gap(
                        intact, epoch.map(name, segments.get(i + 1).header().previous())));
            }
        }
        return gaps;
    }

    /** Whether events are missing between a segment and the next one. */
    static boolean isBetween(Segment segment, Segment next) {
        return next.header().previous().number() > segment.last().number();
    }
}
