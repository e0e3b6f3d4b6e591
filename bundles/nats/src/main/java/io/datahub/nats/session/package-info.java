/** The sessions of the other hubs. */
package io.datahub.nats.session;
