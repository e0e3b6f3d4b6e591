package io.datahub.validators;

import javax.xml.validation.Schema;

/**
 * A compiled XML Schema.
 *
 * @param compiled the schema as the Java platform has it
 * @param keepsValues whether it wants values to be unique or to refer to each other, by {@code ID}, {@code key} or
 *     {@code unique}, so that all of them are held until a document ends
 */
record XsdSchema(Schema compiled, boolean keepsValues) {}
