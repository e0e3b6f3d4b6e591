/** The ledger of a cluster in PostgreSQL. */
package io.datahub.postgres;
