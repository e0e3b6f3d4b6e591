package io.datahub.config;

import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** The PIDs that a component description names (OSGi Compendium 112.4). */
final class ComponentPids {

    /** Stands for the name of the component. */
    private static final String OWN_NAME = "$";

    private ComponentPids() {}

    /** Reads a component description; a file of another kind, or one that can't be read, has no PIDs. */
    static Set<String> read(InputStream description) {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        Set<String> pids = new HashSet<>();
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(description);
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamReader.START_ELEMENT
                        && xml.getLocalName().equals("component")) {
                    pids.addAll(of(xml));
                }
            }
        } catch (XMLStreamException e) {
            return pids; // what it has read so far
        }
        return pids;
    }

    private static Set<String> of(XMLStreamReader component) {
        String name = String.valueOf(component.getAttributeValue(null, "name"));
        String pids = component.getAttributeValue(null, "configuration-pid");
        Set<String> found = new HashSet<>();
        for (String pid : (pids == null ? OWN_NAME : pids).trim().split("\\s+", -1)) {
            found.add(pid.equals(OWN_NAME) ? name : pid);
        }
        return found;
    }
}
