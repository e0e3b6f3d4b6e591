/** Runs the registered validators of events, with limits on time, threads and memory. */
package io.datahub.broker.validation;
