/** Kept topics: a log of the events of some topics, and one history of them and of file events. */
package io.datahub.history;
