/** The history of a hub that keeps no topics: its file events. */
package io.datahub.records.history;
