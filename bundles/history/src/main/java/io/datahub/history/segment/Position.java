package io.datahub.history.segment;

/**
 * The position of a kept event. Positions of later events have a greater number and no smaller sequence.
 *
 * @param sequence the number of the last file event before it
 * @param number its own number
 */
public record Position(long sequence, long number) {

    /** Before all events. */
    public static final Position NONE = new Position(0, 0);

    /**
     * Whether an event at this position is read after another position.
     *
     * @param since a position; a number of 0 stands for that of a file event, which all events of its sequence follow
     * @return whether it is; false for {@link #NONE}
     */
    public boolean isAfter(Position since) {
        return since.number > 0 ? number > since.number : sequence >= since.sequence && number > 0;
    }
}
