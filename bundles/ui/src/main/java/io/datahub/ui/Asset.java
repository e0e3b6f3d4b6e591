package io.datahub.ui;

/**
 * A static file of the web page.
 *
 * @param type its media type
 * @param etag its entity tag, including quotes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never modified
record Asset(String type, byte[] bytes, String etag) {}
