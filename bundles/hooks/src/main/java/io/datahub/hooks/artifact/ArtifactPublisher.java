package io.datahub.hooks.artifact;

import io.datahub.api.Refusal;
import io.datahub.api.cluster.ClusterView;
import io.datahub.api.event.EventBroker;
import io.datahub.api.history.EventHistory;
import io.datahub.api.json.JsonText;
import io.datahub.api.log.LogText;
import io.datahub.api.state.AdapterStates;
import io.datahub.api.user.Login;
import io.datahub.hooks.feed.EventConsumer;
import io.datahub.hooks.feed.EventFeed;
import io.datahub.hooks.feed.FeedEvent;
import io.datahub.hooks.json.JsonFields;
import io.datahub.hooks.publish.EventPublisher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a CDEvent {@code artifact.published} for each upload that is an artifact. Follows the history of file events,
 * so that none is missed over restarts; an event that is published again after a crash has the same ID.
 */
@Component(
        service = ArtifactPublisher.class,
        immediate = true,
        configurationPid = ArtifactPublisher.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ArtifactConfiguration.class, factory = true)
public final class ArtifactPublisher implements EventConsumer {

    static final String PID = "io.datahub.artifact";
    static final String TYPE = "dev.cdevents.artifact.published.0.3.0";

    private static final Logger LOG = LoggerFactory.getLogger(ArtifactPublisher.class);

    private final ArtifactRule rule;
    private final String topic;
    private final EventPublisher publisher;
    private final EventFeed feed;

    @Activate
    public ArtifactPublisher(
            @Reference EventBroker broker,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) EventHistory history,
            @Reference AdapterStates states,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    ClusterView cluster,
            ArtifactConfiguration configuration,
            Map<String, ?> properties) {
        String name =
                String.valueOf(properties.get("service.pid")).replaceFirst("^" + PID.replace(".", "\\.") + "[~.-]", "");
        if (!name.matches("[a-z0-9][a-z0-9.-]{0,49}")) {
            throw new IllegalArgumentException(
                    "the file must be called io.datahub.artifact-NAME.cfg, where NAME has 1 to 50 lower-case letters,"
                            + " digits, dots and hyphens");
        }
        rule = new ArtifactRule(
                configuration.path().strip(), configuration.purl().strip());
        String configured = configuration.topic().strip();
        topic = configured.isEmpty() || configured.endsWith(".") ? configured + TYPE : configured;
        publisher = new EventPublisher(broker);
        feed = new EventFeed(
                "artifact-" + name,
                List.of("file.created/" + rule.prefix(), "file.updated/" + rule.prefix()),
                broker,
                history,
                states.of("artifact-" + name),
                Optional.ofNullable(cluster).map(ClusterView::hub),
                this);
        feed.start();
        LOG.info("event=hooks.artifact.started rule={} path={}", name, LogText.quoted(configuration.path()));
    }

    @Deactivate
    void stop() {
        feed.close();
    }

    @Override
    public void accept(FeedEvent event) throws IOException, InterruptedException {
        Optional<byte[]> artifact = cdEvent(event);
        if (artifact.isEmpty()) {
            return;
        }
        Login hub = EventFeed.hub();
        Optional<Refusal> refusal = publisher
                .publish(hub, List.of(Map.entry(topic, artifact.get())))
                .refusal();
        if (refusal.isPresent() && refusal.get().reason().status() >= 500) {
            throw new IOException(
                    "the artifact can't be published: " + refusal.get().detail());
        }
        refusal.ifPresent(found -> LOG.error(
                "event=hooks.artifact.refused record={} reason={}",
                LogText.quoted(event.topic()),
                LogText.quoted(found.detail())));
    }

    /** The CDEvent of a file event; empty if the record is no artifact. */
    private Optional<byte[]> cdEvent(FeedEvent event) {
        JsonFields file = JsonFields.parse(event.payload()).get();
        String path = file.text("data.path");
        String url = file.text("data.url");
        String sha256 = file.text("data.sha256");
        return rule.purl(path, sha256, url)
                .map(purl -> JsonText.of(json -> {
                    String id = UUID.nameUUIDFromBytes((topic + "\n" + file.text("source") + "\n" + file.text("id"))
                                    .getBytes(StandardCharsets.UTF_8))
                            .toString();
                    json.writeStartObject();
                    json.writeStringField("specversion", "1.0");
                    json.writeStringField("id", id);
                    json.writeStringField("source", file.text("source"));
                    json.writeStringField("type", TYPE);
                    json.writeStringField("subject", purl);
                    json.writeStringField("time", file.text("time"));
                    json.writeStringField("datacontenttype", "application/json");
                    json.writeObjectFieldStart("data");
                    json.writeObjectFieldStart("context");
                    json.writeStringField("specversion", "0.5.1");
                    json.writeStringField("id", id);
                    json.writeStringField("source", file.text("source"));
                    json.writeStringField("type", TYPE);
                    json.writeStringField("timestamp", file.text("time"));
                    json.writeEndObject();
                    json.writeObjectFieldStart("subject");
                    json.writeStringField("id", purl);
                    json.writeStringField("source", file.text("source"));
                    json.writeObjectFieldStart("content");
                    if (file.get("data.user").isPresent()) {
                        json.writeStringField("user", file.text("data.user"));
                    }
                    json.writeEndObject();
                    json.writeEndObject();
                    json.writeObjectFieldStart("customData");
                    json.writeStringField("path", path);
                    if (!url.isEmpty()) {
                        json.writeStringField("url", url);
                    }
                    if (!sha256.isEmpty()) {
                        json.writeStringField("digest", "sha256:" + sha256);
                    }
                    json.writeNumberField("size", Long.parseLong(file.text("data.size")));
                    json.writeEndObject();
                    json.writeStringField("customDataContentType", "application/json");
                    json.writeEndObject();
                    json.writeEndObject();
                }));
    }

    @Override
    public void gap(String reason) {
        LOG.error("event=hooks.artifact.gap reason={}", LogText.quoted(reason));
    }
}
