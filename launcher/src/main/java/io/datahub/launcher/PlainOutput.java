package io.datahub.launcher;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Removes terminal control sequences: ESC, an opening bracket, and everything up to a letter (ECMA-48, 5.4). */
final class PlainOutput extends FilterOutputStream {

    private static final int ESCAPE = 0x1B;

    private enum State {
        TEXT,
        ESCAPED,
        SEQUENCE
    }

    private State state = State.TEXT;

    PlainOutput(OutputStream out) {
        super(out);
    }

    @Override
    public void write(int value) throws IOException {
        switch (state) {
            case TEXT -> text(value);
            case ESCAPED -> state = value == '[' ? State.SEQUENCE : State.TEXT;
            case SEQUENCE -> state = Character.isLetter(value) ? State.TEXT : State.SEQUENCE;
        }
    }

    private void text(int value) throws IOException {
        if (value == ESCAPE) {
            state = State.ESCAPED;
        } else {
            out.write(value);
        }
    }
}
