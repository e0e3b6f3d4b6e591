package io.datahub.validators.xml;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.Reader;
import org.w3c.dom.ls.LSInput;

/** The content of a record as input for the schema compiler. */
final class SchemaInput implements LSInput {

    private final byte[] bytes;
    private final String systemId;
    private final String publicId;

    SchemaInput(byte[] bytes, String systemId, String publicId) {
        this.bytes = bytes.clone();
        this.systemId = systemId;
        this.publicId = publicId;
    }

    @Override
    public InputStream getByteStream() {
        return new ByteArrayInputStream(bytes);
    }

    @Override
    public String getSystemId() {
        return systemId;
    }

    @Override
    public String getPublicId() {
        return publicId;
    }

    @Override
    public Reader getCharacterStream() {
        return null;
    }

    @Override
    public String getStringData() {
        return null;
    }

    @Override
    public String getBaseURI() {
        return null;
    }

    @Override
    public String getEncoding() {
        return null;
    }

    @Override
    public boolean getCertifiedText() {
        return false;
    }

    @Override
    public void setCharacterStream(Reader stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setByteStream(InputStream stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setStringData(String data) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setSystemId(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setPublicId(String id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setBaseURI(String uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setEncoding(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setCertifiedText(boolean certified) {
        throw new UnsupportedOperationException();
    }
}
