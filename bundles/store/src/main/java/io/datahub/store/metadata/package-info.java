/** Index, journal and intents in one database file, with group commit. */
package io.datahub.store.metadata;
