/** Writes and deletes records: the bytes go to the blob store, then the ledger decides. */
package io.datahub.cluster.write;
