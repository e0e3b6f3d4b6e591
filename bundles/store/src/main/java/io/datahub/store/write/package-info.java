/**
 * Use case: clients upload and delete records, in one request or resumably, and records expire.
 *
 * <p>An upload is what a client does, as settings, metrics and error texts call it; a draft is what it writes.
 */
package io.datahub.store.write;
