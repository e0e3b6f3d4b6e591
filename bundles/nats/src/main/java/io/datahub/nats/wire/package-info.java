/** What the hubs of a cluster say to each other, as bytes. */
package io.datahub.nats.wire;
