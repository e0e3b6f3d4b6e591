package io.datahub.ssh.sftp;

import io.datahub.api.log.LogText;
import io.datahub.ssh.session.AsynchronousCommand;
import io.datahub.ssh.session.LastingCommand;
import io.datahub.ssh.session.SshSession;
import io.datahub.ssh.session.WindowSize;
import io.datahub.ssh.sftp.wire.MalformedPacketException;
import io.datahub.ssh.sftp.wire.PacketReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.sshd.common.io.IoOutputStream;
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
    private final ErrorStream errors = new ErrorStream();
    private final ChannelWork work;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private Input input = new Input(new PacketReader(PacketReader.MAX_PACKET_BYTES, WindowSize.LARGE.bytes()));
    private Answers answers = new Answers(PacketReader.MAX_DATA_BYTES, MAX_WAITING_BYTES, this::sent);
    private ChannelSession channel;
    private IoOutputStream out;
    private ExitCallback exit;

    /** Whether the client has ended its input. */
    private volatile boolean inputEnded;

    /** Whether the channel is closed because of an error. */
    private volatile boolean broken;

    /** Whether there is nobody to answer to. */
    private volatile boolean destroyed;

    /** Whether nothing that is queued may be handled any more. */
    private volatile boolean dropped;

    /** Used by the worker. */
    private boolean finished;

    /**
     * Creates one that begins with {@link #start}.
     *
     * @param handler makes the handler for the lines that it shows
     * @param onEnd called when everything is released
     */
    SftpChannel(
            SshSession session, Function<Workspace.ErrorLines, RequestHandler> handler, Consumer<SftpChannel> onEnd) {
        this.session = session;
        this.onEnd = onEnd;
        this.handler = handler.apply(errors::show);
        work = new ChannelWork(session::execute, this::work, this::stop);
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
            input = new Input(new PacketReader(PacketReader.SMALL_PACKET_BYTES, WindowSize.SMALL.bytes()));
            answers = new Answers(PacketReader.SMALL_DATA_BYTES, SMALL_WAITING_BYTES, this::sent);
        }
        answers.open(out);
        channel.setDataReceiver(this);
    }

    /** Takes input, on the transport's thread; the window opens again when it has been handled. */
    @Override
    public int data(ChannelSession from, byte[] bytes, int start, int length) {
        if (!broken) {
            try {
                input.add(bytes, start, length);
                work.wake();
            } catch (MalformedPacketException e) {
                breakOff(e);
            }
        }
        return 0;
    }

    private void breakOff(Throwable reason) {
        LOG.info("event=ssh.sftp.broken-off client={} reason={}", LogText.quoted(session), LogText.quoted(reason));
        broken = true;
        work.wake();
    }

    /** The client has ended its input. */
    @Override
    public void close() {
        inputEnded = true;
        work.wake();
    }

    /** The channel or the connection is closed. */
    @Override
    public void destroy(ChannelSession closed) {
        destroyed = true;
        work.wake();
    }

    /** The endpoint stops. */
    private void stop() {
        destroyed = true;
        dropped = true;
    }

    /** Handles packets; returns whether there may be more to do. */
    private boolean work() {
        dropIfLost();
        long begun = System.nanoTime();
        for (int i = 0; i < MAX_BATCH && System.nanoTime() - begun < MAX_NANOS; i++) {
            if (finished) {
                return false;
            }
            send();
            boolean busy = handler.isBusy();
            if (hasToEnd(busy)) {
                if (!answers.areSent() || destroyed || broken) {
                    end();
                }
                return false;
            }
            if (!destroyed && answers.isFull()) {
                return false; // until they are sent
            }
            if (busy) {
                handler.proceed(answers.output());
                continue;
            }
            ByteBuffer packet = input.poll();
            if (packet == null) {
                return false; // until there is input
            }
            handle(packet);
        }
        return true;
    }

    private boolean hasToEnd(boolean busy) {
        dropped |= session.isLost();
        return broken || dropped || ((inputEnded || destroyed) && input.isEmpty() && !busy);
    }

    /** Drops what is queued if the connection has ended because the login is lost. */
    private void dropIfLost() {
        if (destroyed && !dropped && !input.isEmpty() && session.currentUser().isEmpty()) {
            dropped = true;
        }
    }

    private void handle(ByteBuffer packet) {
        int length = packet.remaining() + Integer.BYTES;
        try {
            handler.handle(packet, answers.output());
        } catch (MalformedPacketException e) {
            breakOff(e);
        } catch (RuntimeException | Error e) {
            breakOff(e); // else the client would wait for ever
            throw e;
        } finally {
            input.release(packet);
        }
        if (destroyed) {
            answers.drop();
            return;
        }
        try {
            channel.getLocalWindow().release(length);
        } catch (IOException e) {
            LOG.debug("event=ssh.sftp.window-failed client={} reason={}", session, e.toString());
        }
    }

    /** Sends the answers that wait, unless others are being sent. */
    private void send() {
        if (destroyed) {
            return;
        }
        try {
            answers.send();
        } catch (IOException e) {
            destroyed = true;
        }
    }

    /** Sends what waits for this, without waiting for a worker, which goes on handling meanwhile. */
    private void sent() {
        if (work.takeOver()) {
            send();
            work.submit();
        }
    }

    private void end() {
        finished = true;
        try {
            handler.end();
        } finally {
            onEnd.accept(this);
            ended.complete(null);
            exit.onExit(broken ? 1 : 0);
        }
    }
}
