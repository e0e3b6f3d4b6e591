/** Kept events of the cluster: appended to the ledger, delivered from it, and read. */
package io.datahub.cluster.history;
