/** Topics, and the index of the prefixes that sessions have subscribed to. */
package io.datahub.broker.topic;
