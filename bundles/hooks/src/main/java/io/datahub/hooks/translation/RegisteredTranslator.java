package io.datahub.hooks.translation;

import io.datahub.api.Result;
import io.datahub.api.hook.Delivery;
import io.datahub.api.hook.EventTranslator;
import io.datahub.api.hook.Translation;
import io.datahub.api.validation.ValidatorPrecedence;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/** A translator with a count of its calls, so that it isn't taken away while it translates. Thread-safe. */
final class RegisteredTranslator {

    private final EventTranslator translator;
    private final Set<String> kinds;
    private final ValidatorPrecedence precedence;
    private final Bundle bundle;
    private int calls; // guarded by this
    private boolean retired; // guarded by this

    RegisteredTranslator(EventTranslator translator, Set<String> kinds, ServiceReference<?> reference) {
        this.translator = translator;
        this.kinds = Set.copyOf(kinds);
        precedence = ValidatorPrecedence.of(reference);
        bundle = reference.getBundle();
    }

    Set<String> kinds() {
        return kinds;
    }

    ValidatorPrecedence precedence() {
        return precedence;
    }

    Bundle bundle() {
        return bundle;
    }

    /** {@code BUNDLE/VERSION}. */
    String name() {
        return bundle.getSymbolicName() + "/" + bundle.getVersion();
    }

    /** Translates; empty if it has been retired before. */
    Optional<Result<Translation>> translate(Delivery delivery) {
        synchronized (this) {
            if (retired) {
                return Optional.empty();
            }
            calls++;
        }
        try {
            return Optional.of(translator.translate(delivery));
        } finally {
            synchronized (this) {
                calls--;
                notifyAll();
            }
        }
    }

    /** Takes no more calls, and waits for those in progress, for a limited time. */
    void retire(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        synchronized (this) {
            retired = true;
            try {
                for (long left = 1; calls > 0 && left > 0; ) {
                    left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                    if (left > 0) {
                        wait(left);
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
