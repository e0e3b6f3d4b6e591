/** The database file: its pages, maps whose entries have checksums, and what a failure means for it. */
package io.datahub.store.pages;
