package io.datahub.validators.json;

import com.networknt.schema.Error;
import com.networknt.schema.ExecutionConfig;
import com.networknt.schema.ExecutionContext;
import java.util.List;
import java.util.Locale;

/**
 * An evaluation of a JSON schema that stops when it exceeds its step limit, when enough errors were found, and when its
 * thread is interrupted. Not thread-safe.
 */
final class BoundedEvaluation extends ExecutionContext {

    /**
     * The maximum number of errors held at once; if a schema has alternatives, most of them are discarded in the end.
     */
    private static final int MAX_ERRORS = 10_000;

    private static final int INTERRUPT_CHECK_MASK = 0x3ff;

    private final List<Error> errors = getErrors();
    private final int maxErrors;
    private long remainingSteps;

    /**
     * @param maxErrors the evaluation stops after this many errors
     * @param remainingSteps the maximum number of keywords that are evaluated
     * @param formats whether formats such as date-time are validated
     */
    BoundedEvaluation(int maxErrors, long remainingSteps, boolean formats) {
        super(ExecutionConfig.builder()
                .locale(Locale.ENGLISH)
                .formatAssertionsEnabled(formats ? Boolean.TRUE : null)
                .build());
        this.maxErrors = maxErrors;
        this.remainingSteps = remainingSteps;
    }

    /** The errors found in the document. */
    List<Error> errors() {
        return errors;
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
        if (--remainingSteps < 0) {
            throw new TooCostlyException("its schema takes too many steps for this document");
        }
        if ((remainingSteps & INTERRUPT_CHECK_MASK) == 0
                && Thread.currentThread().isInterrupted()) {
            throw new TooCostlyException("the time limit of this validation is exceeded");
        }
    }

    @Override
    public void addError(Error error) {
        super.addError(error);
        int count = getErrors().size();
        if (getErrors() == errors ? count >= maxErrors : count >= MAX_ERRORS) {
            throw new TooManyViolationsException();
        }
    }

    /** Ends an evaluation because enough errors were found. */
    static final class TooManyViolationsException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        TooManyViolationsException() {
            super("too many errors", null, false, false);
        }
    }
}
