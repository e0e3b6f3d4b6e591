package io.datahub.history.log;

/**
 * The position of a kept event. Positions of later events have a greater number and no smaller sequence.
 *
 * @param sequence the number of the last file event before it
 * @param number its own number
 */
public record Position(long sequence, long number) {

    /** Before all events. */
    public static final Position NONE = new Position(0, 0);
}
