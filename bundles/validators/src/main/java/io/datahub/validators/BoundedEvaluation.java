package io.datahub.validators;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.ExecutionContext;
import java.util.List;
import java.util.Locale;

/**
 * One evaluation of a JSON schema, which ends when it takes too many steps, when enough was found, and when its thread is
 * interrupted. For one thread.
 */
final class BoundedEvaluation extends ExecutionContext {

    /** So many faults may be known at once; where a schema has alternatives, most of them are of no interest in the end. */
    private static final int MOST_ERRORS = 10_000;

    private static final int LOOK_UP_MASK = 0x3ff;

    private final List<Error> found = getErrors();
    private final int enough;
    private long steps;

    /**
     * @param enough after so many faults it needn't go on
     * @param steps so many keywords are evaluated at most
     */
    BoundedEvaluation(int enough, long steps, boolean formats) {
        super(ExecutionConfig.builder()
                .locale(Locale.ENGLISH)
                .formatAssertionsEnabled(formats ? Boolean.TRUE : null)
                .build());
        this.enough = enough;
        this.steps = steps;
    }

    /** What is wrong with the document. */
    List<Error> found() {
        return found;
    }

    @Override
    public void evaluationPathAddLast(String token) {
        step();
        super.evaluationPathAddLast(token);
    }

    @Override
    public void evaluationPathAddLast(int token) {
        step();
        super.evaluationPathAddLast(token);
    }

    private void step() {
        if (--steps < 0) {
            throw new TooCostlyException("its schema takes too many steps with this document");
        }
        if ((steps & LOOK_UP_MASK) == 0 && Thread.currentThread().isInterrupted()) {
            throw new TooCostlyException("the time for this judgement is over");
        }
    }

    @Override
    public void addError(Error error) {
        super.addError(error);
        int known = getErrors().size();
        if (getErrors() == found ? known >= enough : known >= MOST_ERRORS) {
            throw new EnoughException();
        }
    }

    /** Ends an evaluation in which enough was found. */
    static final class EnoughException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        EnoughException() {
            super("enough was found", null, false, false);
        }
    }
}
