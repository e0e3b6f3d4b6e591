package io.datahub.config;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** The keys of each PID, read from the metatype XML of the bundles (OSGi Compendium 105). Not thread-safe. */
final class Schemas {

    private final Map<String, Map<String, Attribute>> byPid = new HashMap<>();

    /** Adds the definitions of an {@code OSGI-INF/metatype/*.xml} file. */
    void add(InputStream metatype) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newInstance();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(metatype);
            Map<String, Attribute> attributes = new HashMap<>();
            String id = null;
            while (xml.hasNext()) {
                if (xml.next() == XMLStreamReader.START_ELEMENT) {
                    switch (xml.getLocalName()) {
                        case "AD" -> {
                            id = xml.getAttributeValue(null, "id");
                            attributes.put(id, attribute(xml));
                        }
                        case "Option" ->
                            attributes.computeIfPresent(
                                    id, (key, known) -> known.withOption(xml.getAttributeValue(null, "value")));
                        case "Designate" -> {
                            String factoryPid = xml.getAttributeValue(null, "factoryPid");
                            String pid = factoryPid == null ? xml.getAttributeValue(null, "pid") : factoryPid;
                            byPid.computeIfAbsent(pid, key -> new HashMap<>()).putAll(attributes);
                        }
                        default -> {}
                    }
                }
            }
        } catch (XMLStreamException e) {
            throw new IOException("damaged metatype", e);
        }
    }

    /** The PIDs and factory PIDs that have definitions. */
    Set<String> pids() {
        return byPid.keySet();
    }

    private static Attribute attribute(XMLStreamReader xml) {
        return new Attribute(
                xml.getAttributeValue(null, "id"),
                xml.getAttributeValue(null, "type"),
                number(xml.getAttributeValue(null, "min")),
                number(xml.getAttributeValue(null, "max")),
                !"false".equals(xml.getAttributeValue(null, "required"))
                        && xml.getAttributeValue(null, "default") == null,
                List.of());
    }

    private static Long number(String text) {
        return text == null ? null : Long.valueOf(text);
    }

    /** Validates a file and returns all its problems, including those found while parsing. */
    List<FileProblem> validate(CfgFile file) {
        List<FileProblem> problems = new ArrayList<>(file.problems());
        Pid pid = Pid.of(file.name());
        Map<String, Attribute> known = byPid.get(pid.base());
        if (known == null) {
            return problems;
        }
        file.values().forEach((key, value) -> {
            Attribute attribute = known.get(key);
            if (attribute == null) {
                problems.add(new FileProblem(
                        file.name(),
                        key,
                        "is unknown and has no effect; known are " + new TreeSet<>(known.keySet()),
                        false));
                return;
            }
            String allowed = value.contains("$[") ? null : attribute.violation(value);
            allowed = allowed == null ? TextRules.violation(pid.base(), key, value) : allowed;
            if (allowed != null) {
                problems.add(new FileProblem(
                        file.name(),
                        key,
                        TextRules.shown(pid.base(), key, value) + " isn't allowed: must be " + allowed,
                        true));
            }
            String ignored = TextRules.ignored(pid.base(), key, value);
            if (ignored != null) {
                problems.add(new FileProblem(file.name(), key, ignored, false));
            }
        });
        known.values().stream()
                .filter(attribute -> attribute.required()
                        && file.values().getOrDefault(attribute.id(), "").isEmpty())
                .forEach(attribute -> problems.add(FileProblem.missing(file.name(), attribute.id())));
        problems.addAll(HookRules.problems(file));
        problems.addAll(OidcRules.problems(file));
        return problems;
    }
}
