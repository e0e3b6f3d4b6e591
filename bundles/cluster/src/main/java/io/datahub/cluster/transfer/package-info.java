/** Fills the cluster with the records and the journal of a hub that was alone. */
package io.datahub.cluster.transfer;
