/** Detects changes to records that other programs make on disk. */
package io.datahub.watcher;
