/** The logs on disk: segments, records, numbers, and the order in which events are delivered. */
package io.datahub.history.log;
