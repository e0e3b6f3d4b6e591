/** Looks records and directories up in the ledger, and reads the bytes of records from the blob store. */
package io.datahub.cluster.read;
