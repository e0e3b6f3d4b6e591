package io.datahub.jetty.server;

import io.datahub.api.user.Login;
import io.datahub.jetty.authentication.CurrentAuthenticator;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Responds with a word and the user; can be blocked. */
public final class Greeter extends Handler.Abstract {

    private final String word;
    public final CountDownLatch entered = new CountDownLatch(1);
    public final CountDownLatch mayAnswer;

    public Greeter(String word) {
        this(word, new CountDownLatch(0));
    }

    public Greeter(String word, CountDownLatch mayAnswer) {
        this.word = word;
        this.mayAnswer = mayAnswer;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        entered.countDown();
        mayAnswer.await();
        Login login = (Login) request.getAttribute(Login.class.getName());
        Content.Sink.write(response, true, word + " " + (login == null ? "stranger" : login.user()), callback);
        return true;
    }

    /** Starts a server with a greeter at {@code /files} that requires a login. */
    public static HttpServer serve(CurrentAuthenticator authenticator, Object... settings) throws Exception {
        HttpServer server = new HttpServer(authenticator, Settings.with(settings));
        server.register(new Greeter("files"), Greeter.mount("/files", 0, 1, false));
        server.start();
        return server;
    }

    /** The service properties of a handler. */
    public static Map<String, Object> mount(String path, int ranking, long serviceId, boolean isOpen) {
        return Map.of(
                "datahub.http.path", path,
                "datahub.http.access", isOpen ? "open" : "user",
                "service.ranking", ranking,
                "service.id", serviceId);
    }
}
