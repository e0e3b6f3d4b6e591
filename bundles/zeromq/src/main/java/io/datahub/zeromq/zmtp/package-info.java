/**
 * The wire protocol (ZMTP 3, RFC 23): greeting, handshake, security mechanisms, and framing of messages and commands.
 */
package io.datahub.zeromq.zmtp;
