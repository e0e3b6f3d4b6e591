package io.datahub.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The body of an answer as a stream whose reads time out, which that of the JDK's client doesn't do. It asks the
 * connection for more only once it has nothing left, so it holds no more than one list of buffers. Reads belong to one
 * thread at a time.
 */
final class BodyStream extends BulkInputStream implements BodySubscriber<InputStream> {

    /** What the connection has delivered: buffers, or how it ended. */
    private record Item(List<ByteBuffer> buffers, boolean isEnd, Throwable failure) {}

    private final Duration timeout;
    private final BlockingQueue<Item> arrived = new LinkedBlockingQueue<>();
    private final Queue<ByteBuffer> buffers = new ArrayDeque<>();
    private volatile Flow.Subscription subscription;
    private volatile boolean closed;
    private Item end;

    /** @param timeout how long a read waits for the next bytes */
    BodyStream(Duration timeout) {
        this.timeout = timeout;
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedStage(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription opened) {
        subscription = opened;
        if (closed) {
            opened.cancel();
        } else {
            opened.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> item) {
        arrived.add(new Item(item, false, null));
    }

    @Override
    public void onError(Throwable failure) {
        arrived.add(new Item(List.of(), true, failure));
    }

    @Override
    public void onComplete() {
        arrived.add(new Item(List.of(), true, null));
    }

    @Override
    public int read(byte[] bytes, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        ByteBuffer buffer = next();
        if (buffer == null) {
            return -1;
        }
        int taken = Math.min(count, buffer.remaining());
        buffer.get(bytes, offset, taken);
        return taken;
    }

    /** The buffer with the next bytes; null at the end. */
    private ByteBuffer next() throws IOException {
        while (true) {
            ByteBuffer first = buffers.peek();
            if (first != null && first.hasRemaining()) {
                return first;
            }
            if (first != null) {
                buffers.remove();
            } else if (end != null || closed) {
                return ended();
            } else {
                Item item = take();
                if (item.isEnd()) {
                    end = item;
                } else {
                    buffers.addAll(item.buffers());
                    subscription.request(1);
                }
            }
        }
    }

    private ByteBuffer ended() throws IOException {
        if (end == null) {
            throw new IOException("the stream is closed");
        }
        if (end.failure() != null) {
            throw new IOException("the connection was lost: " + end.failure().getMessage(), end.failure());
        }
        return null;
    }

    private Item take() throws IOException {
        try {
            Item item = arrived.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (item == null) {
                close();
                throw new HttpTimeoutException("nothing arrived for " + timeout.toMillis() + " ms");
            }
            return item;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading a blob");
        }
    }

    @Override
    public void close() {
        closed = true;
        Flow.Subscription current = subscription;
        if (current != null && end == null) {
            current.cancel();
        }
    }
}
