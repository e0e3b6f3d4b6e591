package io.datahub.ui;

/**
 * A file of the page.
 *
 * @param type its media type
 * @param etag its entity tag, quotes included
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record Asset(String type, byte[] bytes, String etag) {}
