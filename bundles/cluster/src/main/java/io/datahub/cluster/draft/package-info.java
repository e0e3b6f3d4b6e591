/** Drafts that outlast their connection, and go on at any hub: their bytes are blobs, the ledger says who writes them. */
package io.datahub.cluster.draft;
