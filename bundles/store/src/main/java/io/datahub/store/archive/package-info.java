/** Reads and writes the homes of hubs that are stopped. */
package io.datahub.store.archive;
