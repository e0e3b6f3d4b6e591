package io.datahub.ui;

import io.datahub.api.event.EventBroker;
import io.datahub.api.http.HttpMount;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.validation.ValidatorDirectory;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Serves the state of the hub as JSON at {@code /status}: for users with the role monitor the activity, for
 * administrators also the users.
 */
@Component(service = Handler.class)
@HttpMount(path = StatusHandler.MOUNT, exact = true, methods = "GET", access = "monitor")
public final class StatusHandler extends Handler.Abstract {

    static final String MOUNT = "/status";

    private final EventBroker broker;
    private final UserRegistry users;
    private final ValidatorDirectory validators;

    @Activate
    public StatusHandler(
            @Reference EventBroker broker, @Reference UserRegistry users, @Reference ValidatorDirectory validators) {
        this.broker = broker;
        this.users = users;
        this.validators = validators;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        Exchange exchange = new Exchange(request, response, callback);
        if (Conditions.check(exchange, true)) {
            boolean isAdmin = exchange.user().isAdmin();
            exchange.response().getHeaders().put(Exchange.NOT_STORED);
            exchange.json(200, StatusJson.of(broker, validators.validators(), isAdmin ? users.accounts() : null));
        }
        return true;
    }
}
