/** The streams of events: one from each hub to each other hub, numbered, with a window. */
package io.datahub.nats.stream;
