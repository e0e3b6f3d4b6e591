package io.datahub.validators.support;

import java.util.concurrent.Semaphore;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * A memory budget for the documents that are validated concurrently: a parsed document, a tree or the values that must
 * be unique, takes many times its length. Documents that exceed the budget wait. Thread-safe.
 */
@Component(service = DocumentMemory.class)
public final class DocumentMemory {

    /** A tree takes up to 30 times the bytes of its document, and all trees together may take a quarter of the heap. */
    private static final int HEAP_DIVISOR = 120;

    private final int capacity;
    private final Semaphore free;

    @Activate
    public DocumentMemory() {
        this(Runtime.getRuntime().maxMemory() / HEAP_DIVISOR);
    }

    public DocumentMemory(long bytes) {
        capacity = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes));
        free = new Semaphore(capacity, true);
    }

    /** Memory reserved for one document, until it is closed. */
    public interface Reservation extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Reserves memory and waits until it is available; a document larger than the budget waits until no other document
     * is being validated.
     */
    public Reservation reserve(long bytes) throws InterruptedException {
        int reserved = (int) Math.min(capacity, Math.max(1, bytes));
        free.acquire(reserved);
        return () -> free.release(reserved);
    }
}
