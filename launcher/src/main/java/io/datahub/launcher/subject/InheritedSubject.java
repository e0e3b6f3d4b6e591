package io.datahub.launcher.subject;

import java.security.AccessControlContext;
import java.security.PrivilegedAction;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import javax.security.auth.Subject;

/**
 * Binds a subject to the running thread and to the threads that it creates meanwhile. The methods have the signatures
 * of those that {@link SubjectWeaver} replaces. Thread-safe.
 */
public final class InheritedSubject {

    private static final ThreadLocal<Subject> CURRENT = new InheritableThreadLocal<>();

    private InheritedSubject() {}

    /**
     * The subject of this thread, or null if there is none.
     *
     * @param context ignored
     */
    @SuppressWarnings("removal")
    public static Subject getSubject(AccessControlContext context) {
        return CURRENT.get();
    }

    /** Runs the action with this subject. */
    public static <T> T doAs(Subject subject, PrivilegedAction<T> action) {
        Subject before = CURRENT.get();
        CURRENT.set(subject);
        try {
            return action.run();
        } finally {
            CURRENT.set(before);
        }
    }

    /**
     * Runs the action with this subject.
     *
     * @throws PrivilegedActionException if the action throws a checked exception, which is its cause
     */
    public static <T> T doAs(Subject subject, PrivilegedExceptionAction<T> action) throws PrivilegedActionException {
        Subject before = CURRENT.get();
        CURRENT.set(subject);
        try {
            return action.run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new PrivilegedActionException(e);
        } finally {
            CURRENT.set(before);
        }
    }
}
