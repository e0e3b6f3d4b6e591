package io.datahub.websocket;

import io.datahub.api.event.SubscriptionListener;
import io.datahub.api.user.Login;
import io.datahub.api.user.Origin;
import io.datahub.test.memory.MemoryBroker;
import io.datahub.test.memory.MemoryUsers;
import java.lang.annotation.Annotation;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;

/** The handler in a real server that authenticates by {@code Authorization: Test NAME}. */
final class RunningGateway implements AutoCloseable {

    final MemoryUsers users = TestUsers.memory();
    final MemoryBroker broker = broker();
    final FileEvents files = new FileEvents(broker);
    final WebSocketHandler handler;
    final AtomicInteger loggedInLater = new AtomicInteger();
    final int port;
    private final Server server = new Server();
    private boolean deactivated;

    /** A broker whose sessions may have five subscriptions. */
    static MemoryBroker broker() {
        return new MemoryBroker(new MemoryBroker.Limits(100_000, 1 << 20, 16 << 20, 5));
    }

    /** The prefixes that the clients subscribe to. */
    List<String> subscribed() {
        return broker.subscribedPrefixes(100).stream()
                .map(prefix -> new String(prefix, StandardCharsets.UTF_8))
                .toList();
    }

    RunningGateway() throws Exception {
        this(new Settings());
    }

    RunningGateway(Settings settings) throws Exception {
        handler = new WebSocketHandler(broker, users, files.history, settings);
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(new Handler.Abstract() {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                request.setAttribute(
                        Origin.class.getName(), new Origin("http", InetAddress.getLoopbackAddress(), false));
                Runnable loggedIn = loggedInLater::incrementAndGet;
                request.setAttribute("datahub.http.loggedIn", loggedIn);
                String who = request.getHeaders().get(HttpHeader.AUTHORIZATION);
                if (who != null) {
                    request.setAttribute(Login.class.getName(), TestUsers.httpLogin(who.substring("Test ".length())));
                }
                return handler.handle(request, response, callback);
            }
        });
        server.start();
        port = connector.getLocalPort();
    }

    /** Has the broker wait before it confirms subscriptions; returns what waits. */
    Queue<Runnable> holdConfirmations() {
        Queue<Runnable> unconfirmed = new ConcurrentLinkedQueue<>();
        broker.addSubscriptionListener(new SubscriptionListener() {
            @Override
            public void subscriptionsChanged() {
                // only asked to confirm
            }

            @Override
            public void confirm(Runnable confirmed) {
                unconfirmed.add(confirmed);
            }
        });
        return unconfirmed;
    }

    RawClient connect(String user) throws Exception {
        RawClient client = new RawClient(port, "Authorization: Test " + user);
        client.text();
        return client;
    }

    void deactivate() {
        deactivated = true;
        handler.deactivate();
    }

    @Override
    public void close() {
        if (!deactivated) {
            handler.deactivate();
        }
        try {
            server.stop();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** The configuration, with short timeouts for tests. */
    static class Settings implements WebSocketConfiguration {
        @Override
        public String[] origins() {
            return new String[] {"https://a.example, https://b.example"};
        }

        @Override
        public int maxMessageBytes() {
            return 1024 * 1024;
        }

        @Override
        public long maxIncomingBytes() {
            return 2 * 1024 * 1024;
        }

        @Override
        public int maxConnections() {
            return 3;
        }

        @Override
        public long handshakeMillis() {
            return 30_000;
        }

        @Override
        public long idleMillis() {
            return 30_000;
        }

        @Override
        public long closeMillis() {
            return 500;
        }

        @Override
        public int threads() {
            return 2;
        }

        @Override
        public Class<? extends Annotation> annotationType() {
            return WebSocketConfiguration.class;
        }
    }
}
