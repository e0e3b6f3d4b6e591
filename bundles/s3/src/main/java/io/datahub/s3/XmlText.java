package io.datahub.s3;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.BiConsumer;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** Reads the answers of the store. Doesn't resolve anything outside of the document. */
final class XmlText {

    private XmlText() {}

    /**
     * Reads a document.
     *
     * @param in the document
     * @param receiver gets each element when it ends: the names of its ancestors and its own, separated by slashes and
     *     without that of the root, and its text
     * @throws IOException if it isn't well-formed, or ends early
     */
    static void read(InputStream in, BiConsumer<String, String> receiver) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(in);
            Deque<String> path = new ArrayDeque<>();
            StringBuilder text = new StringBuilder();
            while (xml.hasNext()) {
                switch (xml.next()) {
                    case XMLStreamReader.START_ELEMENT -> {
                        path.addLast(path.isEmpty() ? "" : (path.peekLast() + "/" + xml.getLocalName()));
                        text.setLength(0);
                    }
                    case XMLStreamReader.CHARACTERS, XMLStreamReader.CDATA -> text.append(xml.getText());
                    case XMLStreamReader.END_ELEMENT -> {
                        receiver.accept(path.removeLast(), text.toString().strip());
                        text.setLength(0);
                    }
                    default -> {}
                }
            }
        } catch (XMLStreamException e) {
            throw new IOException("the store's answer isn't XML: " + e.getMessage(), e);
        }
    }
}
