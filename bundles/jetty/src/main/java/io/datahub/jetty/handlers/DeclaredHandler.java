package io.datahub.jetty.handlers;

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
 * A handler declared by a bundle's component description (OSGi Declarative Services, 112.4), whether or not it is
 * currently registered.
 *
 * @param component the component's name
 * @param path the path of the handler
 * @param exact whether only the path itself belongs to it
 * @param shared whether it shares the path with others
 * @param ranking its service ranking
 */
public record DeclaredHandler(String component, String path, boolean exact, boolean shared, int ranking) {

    /**
     * Parses a component description. A component that is disabled, or that requires a configuration that may never be
     * provided, declares nothing.
     *
     * @throws IOException if the description can't be read
     */
    public static List<DeclaredHandler> read(InputStream description) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        List<DeclaredHandler> mounts = new ArrayList<>();
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(description);
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamConstants.START_ELEMENT
                        && xml.getLocalName().equals("component")) {
                    component(xml).ifPresent(mounts::add);
                }
            }
        } catch (XMLStreamException e) {
            throw new IOException("no component description: " + e.getMessage(), e);
        }
        return mounts;
    }

    private static Optional<DeclaredHandler> component(XMLStreamReader xml) throws XMLStreamException {
        String name = attribute(xml, "name");
        boolean isEnabled = !attribute(xml, "enabled").equals("false")
                && !attribute(xml, "configuration-policy").equals("require");
        boolean providesHandler = false;
        String path = "";
        int ranking = 0;
        boolean exact = false;
        boolean shared = false;
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
                case "provide" -> providesHandler |= attribute(xml, "interface").equals(Handler.class.getName());
                case "property" -> {
                    String value = attribute(xml, "value");
                    switch (attribute(xml, "name")) {
                        case Mount.PATH -> path = value;
                        case Mount.EXACT -> exact = Mount.isTrue(value);
                        case Mount.SHARED -> shared = Mount.isTrue(value);
                        case HandlerRegistration.RANKING -> ranking = parseInt(value);
                        default -> {}
                    }
                }
                default -> {}
            }
        }
        return isEnabled && providesHandler && !path.isEmpty()
                ? Optional.of(new DeclaredHandler(name, path, exact, shared, ranking))
                : Optional.empty();
    }

    private static int parseInt(String value) {
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            return 0; // like the service registry, which ignores a ranking that is no Integer
        }
    }

    private static String attribute(XMLStreamReader xml, String name) {
        String value = xml.getAttributeValue(null, name);
        return value == null ? "" : value;
    }
}
