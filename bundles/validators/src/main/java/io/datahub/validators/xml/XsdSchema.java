package io.datahub.validators.xml;

import javax.xml.validation.Schema;

/**
 * A compiled XML Schema.
 *
 * @param compiled the schema of the Java platform
 * @param buffersValues whether the schema has uniqueness or reference constraints, by {@code ID}, {@code key} or
 *     {@code unique}, so that their values are buffered until the end of a document
 */
record XsdSchema(Schema compiled, boolean buffersValues) {}
