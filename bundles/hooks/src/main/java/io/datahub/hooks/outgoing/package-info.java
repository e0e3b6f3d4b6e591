/** Webhooks that send events to other systems: in order, signed, retried, and with a position that survives restarts. */
package io.datahub.hooks.outgoing;
