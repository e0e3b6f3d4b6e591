/** Reads kept topics and file events in one order. */
package io.datahub.history.read;
