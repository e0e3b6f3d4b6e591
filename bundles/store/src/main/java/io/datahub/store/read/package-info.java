/** Use case: records, listings and snapshots are read. */
package io.datahub.store.read;
