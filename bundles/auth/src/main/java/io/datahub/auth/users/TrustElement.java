package io.datahub.auth.users;

import io.datahub.api.user.TrustRule;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.xml.stream.XMLStreamException;

/** The element {@code trust} of a user. */
final class TrustElement {

    private TrustElement() {}

    static TrustRule read(UsersXml xml, String user) throws XMLStreamException, InvalidUsersException {
        xml.attributes(Set.of("issuer", "audience", "jwks"));
        String issuer = xml.attribute("issuer").orElse("");
        String audience = xml.attribute("audience").orElse("");
        Optional<String> jwks = xml.attribute("jwks");
        SortedMap<String, String> claims = new TreeMap<>();
        while (xml.nextChild()) {
            if (!xml.is("claim")) {
                throw xml.unexpected();
            }
            xml.attributes(Set.of("name", "equals"));
            String name = xml.attribute("name").orElse("");
            String before = claims.put(name, xml.attribute("equals").orElse(""));
            xml.require(before == null, "the claim " + name + " is there twice");
            xml.end();
        }
        return new TrustRule(user, issuer, audience, jwks, claims);
    }
}
