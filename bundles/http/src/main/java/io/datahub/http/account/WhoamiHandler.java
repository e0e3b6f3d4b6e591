package io.datahub.http.account;

import com.fasterxml.jackson.core.JsonGenerator;
import io.datahub.api.Home;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.http.HttpMount;
import io.datahub.api.json.JsonText;
import io.datahub.api.record.ChangeJournal;
import io.datahub.api.user.Grant;
import io.datahub.api.user.Login;
import io.datahub.api.user.UserRegistry;
import io.datahub.api.user.UserRegistry.Credential;
import io.datahub.jetty.web.Conditions;
import io.datahub.jetty.web.Exchange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
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

/** The authenticated user and the public CURVE key of the hub, at {@code /whoami}. */
@Component(service = Handler.class)
@HttpMount(path = WhoamiHandler.MOUNT)
public final class WhoamiHandler extends Handler.Abstract {

    static final String MOUNT = "/whoami";

    private final UserRegistry registry;
    private final ChangeJournal journal;
    private final Path curveKey;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile ClusterView cluster;

    @Activate
    public WhoamiHandler(@Reference Home home, @Reference UserRegistry registry, @Reference ChangeJournal journal) {
        this.registry = registry;
        this.journal = journal;
        curveKey = home.state().resolve("curve.pub");
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
        if (request.getHttpURI().getPath().length() > MOUNT.length()) {
            return false;
        }
        Exchange exchange = new Exchange(request, response, callback);
        if (!exchange.isRead()) {
            exchange.refuseMethod("GET, HEAD, OPTIONS");
        } else if (Conditions.check(exchange, true)) {
            Login login = exchange.login().orElseThrow();
            Optional<String> key = curveKey();
            Optional<Credential> credential = registry.credential(login);
            exchange.json(200, JsonText.of(json -> write(json, login, credential, key)));
        }
        return true;
    }

    /** The public CURVE key of the hub, if it exists. */
    private Optional<String> curveKey() throws IOException {
        return Files.isRegularFile(curveKey)
                ? Optional.of(Files.readString(curveKey).strip())
                : Optional.empty();
    }

    private void write(JsonGenerator json, Login login, Optional<Credential> credential, Optional<String> key)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("user", login.user().name());
        json.writeArrayFieldStart("roles");
        for (String role : login.user().roles().stream().sorted().toList()) {
            json.writeString(role);
        }
        json.writeEndArray();
        json.writeArrayFieldStart("grants");
        for (Grant grant : login.user().grants()) {
            json.writeStartObject();
            json.writeStringField("action", grant.action().word());
            json.writeStringField("what", grant.what());
            json.writeStringField("origin", grant.origin());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeStringField("label", login.label().orElse(null));
        json.writeStringField("expires", login.expires().map(Instant::toString).orElse(null));
        json.writeStringField("credential", credential.map(Credential::kind).orElse(null));
        json.writeStringField("id", credential.map(Credential::id).orElse(null));
        json.writeStringField(
                "lastUsed",
                credential.flatMap(Credential::lastUsed).map(Instant::toString).orElse(null));
        json.writeStringField("curveKey", key.orElse(null));
        json.writeStringField("journal", journal.head().epoch());
        ClusterView view = cluster;
        if (view != null) {
            json.writeStringField("hub", view.hub());
        }
        json.writeEndObject();
    }
}
