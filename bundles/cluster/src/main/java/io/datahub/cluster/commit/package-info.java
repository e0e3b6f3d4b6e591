/** Commits to the shared ledger, many at a time. */
package io.datahub.cluster.commit;
