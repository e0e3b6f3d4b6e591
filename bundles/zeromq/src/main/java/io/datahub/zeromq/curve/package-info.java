/** The CURVE mechanism (RFC 26): keys, handshake, and encryption of messages. */
package io.datahub.zeromq.curve;
