/** The bounded queues between publishers and subscribers, and the backpressure that they put on publishers. */
package io.datahub.broker.queue;
