package io.datahub.validators.users;

import io.datahub.api.validation.PublishedSchema;
import java.io.IOException;
import java.io.InputStream;
import javax.xml.transform.stream.StreamSource;
import javax.xml.validation.Schema;
import javax.xml.validation.SchemaFactory;
import org.osgi.service.component.annotations.Component;
import org.xml.sax.SAXException;

/** The XML Schema of the users file: the published schema is the one that is used for validation. */
@Component(name = "io.datahub.validators.users.schema")
public final class UsersSchema implements PublishedSchema {

    private static final String NAME = "broker-users-1.xsd";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String mediaType() {
        return "application/xml";
    }

    @Override
    public InputStream open() {
        return UsersSchema.class.getResourceAsStream(NAME);
    }

    Schema compile() {
        try (InputStream in = open()) {
            return SchemaFactory.newDefaultInstance().newSchema(new StreamSource(in));
        } catch (IOException | SAXException e) {
            throw new IllegalStateException("the schema of the users file can't be read: " + e.getMessage(), e);
        }
    }
}
