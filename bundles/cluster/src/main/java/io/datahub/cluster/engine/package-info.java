/** What becomes of failures of the ledger and the blob store. */
package io.datahub.cluster.engine;
