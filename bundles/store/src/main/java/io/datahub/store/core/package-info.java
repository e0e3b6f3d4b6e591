/**
 * What reading, writing and reconciling share: the state of a path on disk and in the index, locks, staged files, index
 * updates.
 */
package io.datahub.store.core;
