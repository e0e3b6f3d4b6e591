package io.datahub.ui;

import io.datahub.api.Reason;
import io.datahub.api.event.EventBroker;
import io.datahub.api.user.User;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.validation.Validator;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import io.datahub.jetty.web.HttpMount;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Serves the state of the hub as JSON at {@code /status}: for users with the role monitor the activity, for
 * administrators also the users.
 */
@Component(service = Handler.class)
@HttpMount(path = StatusHandler.MOUNT)
public final class StatusHandler extends Handler.Abstract {

    static final String MOUNT = "/status";
    static final String STORE = "(service.pid=io.datahub.store)";

    private final EventBroker broker;
    private final UserRegistry users;
    private final ConfigurationAdmin configurations;
    private final List<ServiceReference<Validator>> validators = new CopyOnWriteArrayList<>();

    @Activate
    public StatusHandler(
            @Reference EventBroker broker,
            @Reference UserRegistry users,
            @Reference ConfigurationAdmin configurations) {
        this.configurations = configurations;
        this.broker = broker;
        this.users = users;
    }

    @Reference(
            service = Validator.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindValidator(ServiceReference<Validator> validator) {
        validators.add(validator);
    }

    void unbindValidator(ServiceReference<Validator> validator) {
        validators.remove(validator);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (!request.getHttpURI().getPath().equals(MOUNT)) {
            return false;
        }
        Exchange exchange = new Exchange(request, response, callback);
        User user = exchange.user();
        if (!exchange.isRead()) {
            exchange.refuseMethod("GET, HEAD, OPTIONS");
        } else if (!user.isMonitor()) {
            exchange.refuse(Reason.FORBIDDEN, "this is for users with the role monitor");
        } else if (Conditions.check(exchange, true)) {
            exchange.response().getHeaders().put(Exchange.NOT_STORED);
            exchange.json(
                    200,
                    StatusJson.of(
                            broker,
                            ValidatorState.ranked(
                                    validators.stream().map(ValidatorState::of).toList(), trial()),
                            user.isAdmin() ? users.accounts() : null));
        }
        return true;
    }

    /** Returns the validators that are on trial, as configured for the store. */
    private Set<String> trial() throws IOException, InvalidSyntaxException {
        Configuration[] found = configurations.listConfigurations(STORE);
        return found == null || found.length == 0
                ? Set.of()
                : Set.copyOf(new HashSet<>(
                        ValidatorState.items(found[0].getProperties().get("trial"))));
    }
}
