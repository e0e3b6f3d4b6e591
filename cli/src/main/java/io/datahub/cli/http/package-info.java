/**
 * HTTP/1.1 over sockets (RFC 9112): requests with bodies of any size, responses as streams, connections that are kept. The JDK's
 * own client takes several times the processor time of a whole command to start.
 */
package io.datahub.cli.http;
