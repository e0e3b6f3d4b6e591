/** Keeps records in a ledger and a blob store that several hubs share. */
package io.datahub.cluster;
