package io.datahub.hooks;

import static org.assertj.core.api.Assertions.assertThat;

import io.datahub.api.history.EventHistory;
import io.datahub.hooks.artifact.ArtifactPublisher;
import io.datahub.hooks.outgoing.Webhook;
import java.io.IOException;
import java.io.InputStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class HistoryReferenceTest {

    /** The history of file events is there first; the one that has kept topics, too, replaces it whenever it appears. */
    @ParameterizedTest
    @ValueSource(classes = {Webhook.class, ArtifactPublisher.class})
    void shouldChangeToABetterHistory(Class<?> component) throws Exception {
        Element history = reference(component, EventHistory.class);
        assertThat(history.getAttribute("policy-option")).isEqualTo("greedy");
    }

    private static Element reference(Class<?> component, Class<?> service) throws Exception {
        try (InputStream declaration = component.getResourceAsStream("/OSGI-INF/" + component.getName() + ".xml")) {
            if (declaration == null) {
                throw new IOException("there is no declaration of " + component);
            }
            NodeList references = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(declaration)
                    .getElementsByTagName("reference");
            for (int i = 0; i < references.getLength(); i++) {
                Element reference = (Element) references.item(i);
                if (reference.getAttribute("interface").equals(service.getName())) {
                    return reference;
                }
            }
            throw new IOException(component + " has no reference to " + service);
        }
    }
}
