package io.datahub.validators;

import java.util.concurrent.Semaphore;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Room in memory for the documents that are judged at once: what is held of one, a tree or the values that have to be
 * unique, takes many times its length. Those that find no room wait for it. For any thread.
 */
@Component(service = DocumentMemory.class)
public final class DocumentMemory {

    /** A tree takes up to 30 times the bytes of its document, and all together a quarter of the memory. */
    private static final int SHARE = 120;

    private final int most;
    private final Semaphore free;

    @Activate
    public DocumentMemory() {
        this(Runtime.getRuntime().maxMemory() / SHARE);
    }

    DocumentMemory(long bytes) {
        most = (int) Math.min(Integer.MAX_VALUE, Math.max(1, bytes));
        free = new Semaphore(most, true);
    }

    /** Room for one document, until it is closed. */
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /** Waits for room for so many bytes; for more than there ever is, until nobody else has any. */
    Place take(long bytes) throws InterruptedException {
        int taken = (int) Math.min(most, Math.max(1, bytes));
        free.acquire(taken);
        return () -> free.release(taken);
    }
}
