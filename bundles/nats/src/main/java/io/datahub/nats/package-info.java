/** Relays events between the hubs of a cluster over NATS: the component, its connection, and what it tells of itself. */
package io.datahub.nats;
