/** Sockets and connections: listeners, protocols, limits, and client addresses behind proxies. */
package io.datahub.jetty.connections;
