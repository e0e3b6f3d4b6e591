package io.datahub.ui;

import io.datahub.api.Reason;
import io.datahub.api.Result;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.config.ConfigurationProblems;
import io.datahub.api.event.EventBroker;
import io.datahub.api.event.SessionId;
import io.datahub.api.http.HttpMount;
import io.datahub.api.path.PercentText;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.validation.ValidatorDirectory;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.util.List;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * Serves the state of the hub as JSON at {@code /status}: for users with the role monitor the activity, for
 * administrators also the users. {@code DELETE /status/clients/ID} disconnects a client, for administrators.
 */
@Component(service = Handler.class)
@HttpMount(
        path = StatusHandler.MOUNT,
        methods = {"GET", "DELETE"},
        access = "monitor")
public final class StatusHandler extends Handler.Abstract {

    static final String MOUNT = "/status";
    private static final String CLIENTS = MOUNT + "/clients/";

    private final EventBroker broker;
    private final UserRegistry users;
    private final ValidatorDirectory validators;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile ClusterView cluster;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile ConfigurationProblems configuration;

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
        String path = request.getHttpURI().getPath();
        if (path.startsWith(CLIENTS)) {
            disconnect(exchange, path.substring(CLIENTS.length()));
        } else if (!path.equals(MOUNT)) {
            exchange.refuse(Reason.NOT_FOUND, "there is only " + MOUNT);
        } else if (!exchange.isRead()) {
            exchange.refuseMethod("GET, HEAD");
        } else if (Conditions.check(exchange, true)) {
            boolean isAdmin = exchange.user().isAdmin();
            exchange.response().getHeaders().put(Exchange.NOT_STORED);
            ClusterView view = cluster;
            ConfigurationProblems files = configuration;
            exchange.json(
                    200,
                    StatusJson.of(
                            broker,
                            validators.validators(),
                            files == null ? List.of() : files.problems(),
                            isAdmin ? users.accounts() : null,
                            view));
        }
        return true;
    }

    private void disconnect(Exchange exchange, String id) {
        Result<SessionId> session = PercentText.decode(id).then(SessionId::parse);
        if (!exchange.is(HttpMethod.DELETE)) {
            exchange.refuseMethod("DELETE");
        } else if (!exchange.user().isAdmin()) {
            exchange.refuse(Reason.FORBIDDEN, "only administrators can disconnect clients");
        } else if (session.isRefused()) {
            exchange.refuse(session.refusal().get());
        } else if (broker.disconnect(session.get())) {
            exchange.empty(204);
        } else {
            exchange.refuse(Reason.NOT_FOUND, "there is no client " + session.get());
        }
    }
}
