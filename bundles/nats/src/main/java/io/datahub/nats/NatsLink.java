package io.datahub.nats;

import io.datahub.api.log.FailureText;
import io.datahub.api.log.LogLimit;
import io.datahub.api.log.LogText;
import io.datahub.api.secret.SecretFiles;
import io.datahub.nats.stream.Sender;
import io.datahub.nats.wire.MalformedMessageException;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.Consumer;
import io.nats.client.Dispatcher;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection to NATS. It is opened again for as long as it isn't closed. Each group of subjects has a thread of its
 * own for what arrives, so that events that wait for the broker don't hold up what the hubs say to each other.
 * Thread-safe.
 */
final class NatsLink implements Sender.Link, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NatsLink.class);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration RECONNECT_WAIT = Duration.ofMillis(500);
    private static final Duration PING_INTERVAL = Duration.ofSeconds(2);

    private final NatsServers servers;
    private final SecretFiles secrets;
    private final String name;
    private final LogLimit malformedLines = new LogLimit(1, Duration.ofSeconds(10));
    private final LogLimit failedLines = new LogLimit(1, Duration.ofSeconds(10));
    private final LogLimit causeLines = new LogLimit(1, Duration.ofMinutes(1));
    private Thread connector; // guarded by this; connects, until it has
    private volatile Connection connection;
    private volatile Optional<String> failure = Optional.of("not connected yet");
    private volatile String cause = ""; // why the client couldn't connect; empty if it could, or hasn't tried
    private volatile boolean isReported;
    private volatile boolean closed;

    /** What arrives. */
    interface Handler {
        void received(String subject, byte[] data) throws MalformedMessageException;
    }

    /** What to do with the connection. */
    interface Owner {

        /** What to subscribe to, each with what handles it. */
        Map<String, Handler> subscriptions();

        /** Messages can be sent from now on. */
        void connected();

        /** A message wasn't understood, or couldn't be processed. */
        void malformed();
    }

    private final Owner owner;

    NatsLink(NatsServers servers, SecretFiles secrets, String name, Owner owner) {
        this.servers = servers;
        this.secrets = secrets;
        this.name = name;
        this.owner = owner;
    }

    /** Connects in the background. */
    synchronized void start() {
        if (!closed) {
            connector = new Thread(this::connect, "datahub-nats-connect");
            connector.setDaemon(true);
            connector.start();
        }
    }

    private void connect() {
        while (!closed) {
            try {
                Connection opened = Nats.connect(options());
                subscribe(opened);
                if (use(opened)) {
                    opened(opened);
                    return;
                }
            } catch (IOException | IllegalArgumentException e) {
                failed(FailureText.of(e));
            } catch (InterruptedException e) {
                return;
            }
            try {
                TimeUnit.NANOSECONDS.sleep(RECONNECT_WAIT.toNanos());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Makes it the connection; false if that or this was closed meanwhile. */
    private boolean use(Connection opened) throws InterruptedException {
        synchronized (this) {
            if (!closed && opened.getStatus() != Connection.Status.CLOSED) {
                connection = opened;
                return true;
            }
        }
        opened.close();
        return false;
    }

    private Options options() throws IOException {
        Options.Builder options = new Options.Builder()
                .servers(servers.urls().toArray(String[]::new))
                .connectionName("datahub-" + name)
                .noEcho()
                .maxReconnects(-1)
                .reconnectWait(RECONNECT_WAIT)
                .reconnectBufferSize(0)
                .connectionTimeout(CONNECT_TIMEOUT)
                .pingInterval(PING_INTERVAL)
                .maxPingsOut(2)
                .connectionListener(new LinkEvents())
                .errorListener(new Errors());
        if (servers.isEncrypted()) {
            options.sslContext(ServerIdentity.context(secrets.authorities("events.ca.pem")));
            // Otherwise the client replaces the name of the server by its address before it connects.
            options.hostnameResolveMode(Options.HostnameResolveMode.HappyEyeballs);
        }
        Optional<Path> credentials = secrets.file("events.creds");
        Optional<String> user = secrets.text("events.user");
        Optional<String> token = secrets.text("events.token");
        if (credentials.isPresent()) {
            options.authHandler(Nats.credentials(credentials.get().toString()));
        } else if (user.isPresent()) {
            options.userInfo(
                    user.get().toCharArray(),
                    secrets.required("events.password").toCharArray());
        } else if (token.isPresent()) {
            options.token(token.get().toCharArray());
        }
        return options.build();
    }

    private void subscribe(Connection opened) {
        owner.subscriptions().forEach((subject, handler) -> {
            Dispatcher dispatcher = opened.createDispatcher(message -> {
                try {
                    handler.received(message.getSubject(), message.getData());
                } catch (MalformedMessageException e) {
                    malformed(message.getSubject(), e);
                } catch (RuntimeException e) { // the client would go on without a word
                    failed(message.getSubject(), e);
                }
            });
            // What may be under way is limited by the senders.
            dispatcher.setPendingLimits(-1, -1);
            dispatcher.subscribe(servers.prefix() + "." + subject);
        });
    }

    private void malformed(String subject, MalformedMessageException e) {
        owner.malformed();
        LogLimit.Decision line = malformedLines.next();
        if (line.mayWrite()) {
            LOG.warn(
                    "event=nats.message.malformed subject={} suppressed={} reason={}",
                    LogText.quoted(subject),
                    line.suppressed(),
                    LogText.quoted(e.getMessage()));
        }
    }

    private void failed(String subject, RuntimeException e) {
        owner.malformed();
        LogLimit.Decision line = failedLines.next();
        if (line.mayWrite()) {
            LOG.error(
                    "event=nats.message.failed subject={} suppressed={} reason={}",
                    LogText.quoted(subject),
                    line.suppressed(),
                    LogText.quoted(e),
                    e);
        }
    }

    private void opened(Connection opened) {
        failure = Optional.empty();
        cause = "";
        isReported = false;
        LOG.info("event=nats.connected server={}", LogText.quoted(opened.getConnectedUrl()));
        tooSmallMaxPayload()
                .ifPresent(bytes -> LOG.warn(
                        "event=nats.max-payload.small server={} maxPayload={} neededBytes={}"
                                + " remedy=\"raise max_payload in the configuration of the NATS servers\"",
                        LogText.quoted(opened.getConnectedUrl()),
                        bytes,
                        Sender.MAX_MESSAGE_BYTES));
        owner.connected();
    }

    private void failed(String reason) {
        if (!closed && !isReported) {
            isReported = true;
            LOG.warn("event=nats.disconnected servers={} reason={}", LogText.quoted(servers), LogText.quoted(reason));
        }
        failure = Optional.of(String.valueOf(reason));
    }

    /** Why there is no connection; empty if there is one. */
    Optional<String> failure() {
        String last = cause;
        return failure.map(reason -> last.isEmpty() ? reason : reason + ", " + last);
    }

    /** The largest message that the server takes, in bytes; empty if it takes all that hubs send. */
    OptionalLong tooSmallMaxPayload() {
        Connection current = connection;
        long bytes = current == null || !isOpen() ? Sender.MAX_MESSAGE_BYTES : current.getMaxPayload();
        return bytes < Sender.MAX_MESSAGE_BYTES ? OptionalLong.of(bytes) : OptionalLong.empty();
    }

    @Override
    public boolean isOpen() {
        Connection current = connection;
        return current != null && current.getStatus() == Connection.Status.CONNECTED;
    }

    @Override
    public void send(String hub, byte[] message) {
        publish("events." + hub, message);
    }

    /** Sends a message; if that fails, it is lost. */
    void publish(String subject, byte[] message) {
        Connection current = connection;
        if (current != null && isOpen()) {
            try {
                current.publish(servers.prefix() + "." + subject, message);
            } catch (IllegalStateException | IllegalArgumentException e) {
                LOG.debug(
                        "event=nats.message.unsent subject={} reason={}",
                        LogText.quoted(subject),
                        LogText.quoted(e.getMessage()));
            }
        }
    }

    @Override
    public void close() {
        Connection current;
        synchronized (this) {
            closed = true;
            if (connector != null) {
                connector.interrupt();
            }
            current = connection;
        }
        if (current != null) {
            try {
                current.flush(Duration.ofSeconds(1));
            } catch (java.util.concurrent.TimeoutException | IllegalStateException e) {
                LOG.debug("event=nats.close.unflushed reason={}", LogText.quoted(e.getMessage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            try {
                current.close();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Hears when the connection is lost and opened again. */
    private final class LinkEvents implements ConnectionListener {
        @Override
        @SuppressWarnings("deprecation") // the only one that an implementation has to have
        public void connectionEvent(Connection changed, ConnectionListener.Events type) {
            switch (type) {
                case DISCONNECTED -> failed("the connection was lost");
                case CLOSED -> replace(changed);
                case RECONNECTED -> opened(changed);
                default -> {}
            }
        }
    }

    /** The client has given up, as it does if its credentials are refused twice: connects with those of now. */
    private synchronized void replace(Connection lost) {
        if (lost == connection) {
            failed("the connection was lost");
            start();
        }
    }

    /** Hears what the client can't do. */
    private final class Errors implements ErrorListener {
        @Override
        public void errorOccurred(Connection from, String error) {
            LOG.warn("event=nats.error reason={}", LogText.quoted(error));
        }

        @Override
        public void exceptionOccurred(Connection from, Exception exception) {
            LOG.debug("event=nats.exception reason={}", LogText.quoted(exception));
            if (!closed && !isOpen()) {
                cause = FailureText.of(exception);
                LogLimit.Decision line = causeLines.next();
                if (line.mayWrite()) {
                    LOG.warn(
                            "event=nats.connect.failed servers={} suppressed={} reason={}",
                            LogText.quoted(servers),
                            line.suppressed(),
                            LogText.quoted(cause));
                }
            }
        }

        @Override
        public void slowConsumerDetected(Connection from, Consumer consumer) {
            LOG.warn("event=nats.slow-consumer dropped={}", consumer.getDroppedCount());
        }
    }
}
