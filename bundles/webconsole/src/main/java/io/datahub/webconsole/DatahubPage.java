package io.datahub.webconsole;

import io.datahub.api.event.EventBroker;
import io.datahub.api.event.SessionInfo;
import io.datahub.api.health.Health;
import io.datahub.api.health.HealthCheck;
import io.datahub.api.health.HealthChecks;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import javax.servlet.Servlet;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * A page of Karaf's web console that shows health checks, event counters and connected clients. It is read-only; access
 * control is left to the web console.
 */
@Component(
        service = Servlet.class,
        property = {"felix.webconsole.label=datahub", "felix.webconsole.title=Datahub", "felix.webconsole.category=Main"
        })
public final class DatahubPage extends HttpServlet {

    private static final long serialVersionUID = 1L;

    private final transient EventBroker broker;
    private final transient HealthChecks checks = new HealthChecks();

    @Activate
    public DatahubPage(@Reference EventBroker broker) {
        this.broker = broker;
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindCheck(HealthCheck check, Map<String, Object> properties) {
        checks.add(check, properties);
    }

    void unbindCheck(HealthCheck check) {
        checks.remove(check);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.getWriter().write(page());
    }

    private String page() {
        Map<String, Health> results = checks.run();
        EventBroker.Counters counters = broker.counters();
        return new HtmlWriter()
                .heading("Components")
                .table(
                        List.of("Component", "Ready", "Detail"),
                        results.entrySet().stream()
                                .map(result -> List.<Object>of(
                                        result.getKey(),
                                        result.getValue().degraded()
                                                ? "degraded"
                                                : result.getValue().ready() ? "yes" : "no",
                                        result.getValue().detail()))
                                .toList())
                .heading("Events since the hub was started")
                .table(
                        List.of("In", "Out", "Lost", "Refused", "Queued bytes"),
                        List.of(List.of(
                                counters.in(),
                                counters.out(),
                                counters.lost(),
                                counters.refused(),
                                counters.queuedBytes())))
                .heading("Clients")
                .table(
                        List.of("User", "From", "Since", "Subscriptions", "In", "Out", "Lost", "Queued bytes"),
                        broker.sessions().stream().map(DatahubPage::row).toList())
                .toString();
    }

    private static List<Object> row(SessionInfo session) {
        return List.of(
                session.login().user().name(),
                session.login().origin(),
                session.since().truncatedTo(ChronoUnit.SECONDS),
                session.subscriptions(),
                session.in(),
                session.out(),
                session.lost(),
                session.queuedBytes());
    }
}
