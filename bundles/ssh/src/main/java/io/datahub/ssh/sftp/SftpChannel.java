package io.datahub.ssh.sftp;

import io.datahub.api.log.LogText;
import io.datahub.ssh.session.AsynchronousCommand;
import io.datahub.ssh.session.LastingCommand;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.WindowSize;
import io.datahub.ssh.sftp.wire.MalformedPacketException;
import io.datahub.ssh.sftp.wire.Output;
import io.datahub.ssh.sftp.wire.PacketQueue;
import io.datahub.ssh.sftp.wire.PacketReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.sshd.common.io.IoOutputStream;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelDataReceiver;
import org.apache.sshd.server.channel.ChannelSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connects a channel with its {@link RequestHandler}. Packets are queued by the transport's thread and handled in order
 * by one worker at a time, which goes as soon as there is nothing to do: an idle or slow client holds no thread. What is
 * queued is bounded by the channel's window, which opens again when a packet is handled; and no packet is handled while
 * the client doesn't take the answers. What a client has sent before it closes the channel is handled, since some don't
 * wait for the answers; but nothing is once its login is lost, or while the endpoint stops.
 */
final class SftpChannel extends AsynchronousCommand implements LastingCommand, ChannelDataReceiver {

    private static final Logger LOG = LoggerFactory.getLogger(SftpChannel.class);

    /** While this many bytes of answers wait to be sent, nothing is handled. */
    private static final int MAX_WAITING_BYTES = 1 << 18;

    /** The same if memory is scarce. */
    private static final int SMALL_WAITING_BYTES = 1 << 14;

    /** After this many packets a worker gives way to other channels. */
    private static final int MAX_BATCH = 64;

    /** The same after this time: 20 ms. */
    private static final long MAX_NANOS = 20_000_000;

    private final SshSession session;
    private final RequestHandler handler;
    private final Consumer<SftpChannel> onEnd;
    private final ErrorStream errors;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private PacketReader reader = new PacketReader(PacketReader.MAX_PACKET_BYTES, WindowSize.LARGE.bytes());
    private int maxWaiting = MAX_WAITING_BYTES;
    private ChannelSession channel;
    private IoOutputStream out;
    private ExitCallback exit;

    /** The answers that are being encoded, and those that are being sent; they change roles. Used by the worker. */
    private Output filling = new Output();

    private Output sending = new Output();

    // Guarded by this.
    private final PacketQueue packets = new PacketQueue();
    private boolean running;
    private boolean writing;
    private boolean inputEnded;
    private boolean broken;
    private boolean destroyed;

    /** Whether nothing that is queued may be handled any more. */
    private boolean dropped;

    private boolean finished;

    /**
     * @param handler makes the handler for the lines that it shows
     * @param onEnd called when everything is released
     */
    SftpChannel(
            SshSession session, Function<Workspace.ErrorLines, RequestHandler> handler, Consumer<SftpChannel> onEnd) {
        this.session = session;
        this.onEnd = onEnd;
        errors = new ErrorStream();
        this.handler = handler.apply(errors::show);
    }

    @Override
    public CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public void setIoOutputStream(IoOutputStream stream) {
        out = stream;
    }

    @Override
    public void setIoErrorStream(IoOutputStream stream) {
        errors.open(stream);
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        exit = callback;
    }

    @Override
    public void start(ChannelSession started, Environment environment) {
        channel = started;
        if (WindowSize.of(started) == WindowSize.SMALL) {
            reader = new PacketReader(PacketReader.SMALL_PACKET_BYTES, WindowSize.SMALL.bytes());
            filling = new Output(PacketReader.SMALL_DATA_BYTES);
            sending = new Output(PacketReader.SMALL_DATA_BYTES);
            maxWaiting = SMALL_WAITING_BYTES;
        }
        channel.setDataReceiver(this);
    }

    /** Takes input, on the transport's thread; the window opens again when it has been handled. */
    @Override
    public int data(ChannelSession from, byte[] bytes, int start, int length) {
        synchronized (this) {
            if (broken) {
                return 0;
            }
        }
        try {
            reader.read(bytes, start, length, this::enqueue);
        } catch (MalformedPacketException e) {
            breakOff(e);
        }
        return 0;
    }

    private void enqueue(ByteBuffer packet) {
        synchronized (this) {
            packets.add(packet, reader);
        }
        wake();
    }

    private void breakOff(Throwable reason) {
        LOG.info("event=ssh.sftp.broken-off client={} reason={}", LogText.quoted(session), LogText.quoted(reason));
        synchronized (this) {
            broken = true;
        }
        wake();
    }

    /** The client has ended its input. */
    @Override
    public void close() {
        synchronized (this) {
            inputEnded = true;
        }
        wake();
    }

    /** The channel or the connection is closed. */
    @Override
    public void destroy(ChannelSession closed) {
        synchronized (this) {
            destroyed = true; // there is nobody to answer to
        }
        wake();
    }

    private void wake() {
        synchronized (this) {
            if (running || finished) {
                return;
            }
            running = true;
        }
        submit();
    }

    private void submit() {
        try {
            session.execute(this::run);
        } catch (RejectedExecutionException e) {
            synchronized (this) {
                destroyed = true; // the endpoint stops
                dropped = true;
            }
            run();
        }
    }

    private void run() {
        boolean completed = false;
        try {
            work();
            completed = true;
        } finally {
            if (!completed) {
                submit(); // to end
            }
        }
    }

    private void work() {
        dropIfLost();
        long begun = System.nanoTime();
        for (int i = 0; i < MAX_BATCH && System.nanoTime() - begun < MAX_NANOS; i++) {
            send();
            ByteBuffer packet;
            boolean ends;
            boolean proceeds;
            synchronized (this) {
                if (finished) {
                    return;
                }
                dropped |= session.isLost();
                boolean busy = handler.isBusy();
                ends = broken || dropped || ((inputEnded || destroyed) && packets.isEmpty() && !busy);
                boolean waits = !ends && !destroyed && writing && filling.size() >= maxWaiting;
                proceeds = busy && !ends && !waits;
                packet = ends || waits || busy ? null : packets.poll();
                if (packet == null && !proceeds && (!ends || (writing && !destroyed && !broken))) {
                    running = false; // until there is input, or the answers are sent
                    return;
                }
                finished = ends;
            }
            if (ends) {
                end();
                return;
            }
            if (proceeds) {
                handler.proceed(filling);
            } else {
                handle(packet);
            }
        }
        submit();
    }

    /** Drops what is queued if the connection has ended because the login is lost. */
    private void dropIfLost() {
        boolean asks;
        synchronized (this) {
            asks = destroyed && !dropped && !packets.isEmpty();
        }
        if (asks && session.currentUser().isEmpty()) {
            synchronized (this) {
                dropped = true;
            }
        }
    }

    private void handle(ByteBuffer packet) {
        int length = packet.remaining() + Integer.BYTES;
        try {
            handler.handle(packet, filling);
        } catch (MalformedPacketException e) {
            breakOff(e);
        } catch (RuntimeException | Error e) {
            breakOff(e); // else the client would wait for ever
            throw e;
        } finally {
            reader.release(packet);
        }
        synchronized (this) {
            if (destroyed) {
                filling.clear();
                return;
            }
        }
        try {
            channel.getLocalWindow().release(length);
        } catch (IOException e) {
            LOG.debug("event=ssh.sftp.window-failed client={} reason={}", session, e.toString());
        }
    }

    /** Sends the answers that wait, unless others are being sent. */
    private void send() {
        Output sent;
        synchronized (this) {
            if (writing || filling.size() == 0 || destroyed) {
                return;
            }
            writing = true;
            sent = filling;
            filling = sending;
            sending = sent;
        }
        try {
            out.writeBuffer(new ByteArrayBuffer(sent.bytes(), 0, sent.size())).addListener(future -> sent());
        } catch (IOException e) {
            synchronized (this) {
                destroyed = true;
            }
        }
    }

    /** Sends what waits for this, without waiting for a worker, which goes on handling meanwhile. */
    private void sent() {
        synchronized (this) {
            sending.clear();
            writing = false;
            if (running || finished) {
                return;
            }
            running = true;
        }
        send();
        submit();
    }

    private void end() {
        try {
            handler.end();
        } finally {
            onEnd.accept(this);
            ended.complete(null);
            exit.onExit(broken ? 1 : 0);
        }
    }
}
