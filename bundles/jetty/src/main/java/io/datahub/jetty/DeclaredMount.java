package io.datahub.jetty;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.eclipse.jetty.server.Handler;

/**
 * A handler that a bundle's component description (OSGi Declarative Services, 112.4) promises, whether or not it is there
 * at the time.
 *
 * @param component the component's name
 * @param path where it will be mounted
 * @param ranking its service ranking
 */
record DeclaredMount(String component, String path, int ranking) {

    /**
     * Reads a component description. A component that is disabled, or that waits for a configuration that may never come,
     * promises nothing.
     *
     * @throws IOException if the description can't be read
     */
    static List<DeclaredMount> read(InputStream description) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        List<DeclaredMount> found = new ArrayList<>();
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(description);
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamConstants.START_ELEMENT
                        && xml.getLocalName().equals("component")) {
                    component(xml).ifPresent(found::add);
                }
            }
        } catch (XMLStreamException e) {
            throw new IOException("no component description: " + e.getMessage(), e);
        }
        return found;
    }

    private static Optional<DeclaredMount> component(XMLStreamReader xml) throws XMLStreamException {
        String name = attribute(xml, "name");
        boolean wanted = !attribute(xml, "enabled").equals("false")
                && !attribute(xml, "configuration-policy").equals("require");
        boolean handles = false;
        String path = "";
        int ranking = 0;
        while (xml.hasNext()) {
            int event = xml.next();
            if (event == XMLStreamConstants.END_ELEMENT && xml.getLocalName().equals("component")) {
                break;
            }
            if (event != XMLStreamConstants.START_ELEMENT) {
                continue;
            }
            switch (xml.getLocalName()) {
                case "implementation" -> name = name.isEmpty() ? attribute(xml, "class") : name;
                case "provide" -> handles |= attribute(xml, "interface").equals(Handler.class.getName());
                case "property" -> {
                    String value = attribute(xml, "value");
                    switch (attribute(xml, "name")) {
                        case HandlerRegistration.PATH -> path = value;
                        case HandlerRegistration.RANKING -> ranking = number(value);
                        default -> {}
                    }
                }
                default -> {}
            }
        }
        return wanted && handles && !path.isEmpty()
                ? Optional.of(new DeclaredMount(name, path, ranking))
                : Optional.empty();
    }

    private static int number(String value) {
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            return 0; // as the service registry takes what is no Integer
        }
    }

    private static String attribute(XMLStreamReader xml, String name) {
        String value = xml.getAttributeValue(null, name);
        return value == null ? "" : value;
    }
}
