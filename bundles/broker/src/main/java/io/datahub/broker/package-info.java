/**
 * The broker. A {@code Publisher} finds the route of an event in the {@code Router}, has it validated if need be, and
 * fans it out to the queues of its receivers, from where their transports take it.
 */
package io.datahub.broker;
