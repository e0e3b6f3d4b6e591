package io.datahub.hooks.status;

import io.datahub.api.Reason;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.hook.Hooks;
import io.datahub.api.hook.Hooks.HookStatus;
import io.datahub.api.http.HttpMount;
import io.datahub.jetty.web.Exchange;
import java.util.Optional;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** The hooks with their last deliveries, as JSON at {@code /status/hooks}, for administrators. */
@Component(service = Handler.class)
@HttpMount(path = HookStatusHandler.MOUNT, methods = "GET", access = "admin")
public final class HookStatusHandler extends Handler.Abstract {

    static final String MOUNT = "/status/hooks";

    private final Hooks hooks;
    private final Optional<String> hub;

    @Activate
    public HookStatusHandler(
            @Reference Hooks hooks,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    ClusterView cluster) {
        this.hooks = hooks;
        hub = Optional.ofNullable(cluster).map(ClusterView::hub);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        Exchange exchange = new Exchange(request, response, callback);
        if (!request.getHttpURI().getPath().equals(MOUNT)) {
            exchange.refuse(Reason.NOT_FOUND, "there is only " + MOUNT);
            return true;
        }
        StatusJson.send(exchange, json -> {
            json.writeStartObject();
            StatusJson.write(json, hub);
            json.writeArrayFieldStart("hooks");
            for (HookStatus hook : hooks.hooks()) {
                json.writeStartObject();
                json.writeStringField("name", hook.name());
                json.writeStringField("kind", hook.kind());
                json.writeStringField("user", hook.user());
                json.writeStringField("topic", hook.topic());
                json.writeStringField("translator", hook.translator());
                json.writeNumberField("accepted", hook.accepted());
                json.writeNumberField("repeated", hook.repeated());
                json.writeNumberField("unknown", hook.unknown());
                json.writeNumberField("refused", hook.refused());
                json.writeStringField("problem", hook.problem());
                StatusJson.write(json, hook.recent());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        });
        return true;
    }
}
